"""What customers were promised: orders, reservations, allocation, shipment, and what is available.

- ``place``         an order comes in, or its newest state does
- ``reserve``       a line's holds move to their target; the only writer of *committed*
- ``availability``  the one definition of available and ATP
- ``allocate``      the exact stock for a reservation; opens pick lines
- ``pick_faces``    how full the bins are to be kept that orders are picked from
- ``replenish``     work that fills them from reserve
- ``waves``         orders released to the floor together
- ``fulfil``        the floor tells the order: picked, packed, shipped, short
- ``lost``          chosen stock that is not there: other stock is chosen, or an order is at risk
- ``carton_label``  what stands on a carton
- ``cancel``        lines or whole orders, before and after picking
"""
