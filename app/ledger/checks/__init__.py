"""What ``ledger verify`` looks at, one file for each question. A check reads, and names every number that is not what
the facts say; it repairs nothing. It is SQL over sets: no movement becomes a row in Python, whatever the ledger's size.

- ``difference``  what a check finds, and how two sets of numbers are held against each other
- ``stock``       balances, on hand and unavailable against the replay of all movements
- ``serials``     no serial number came in twice
- ``heads``       the chain of seals against what its end was, as it was kept outside
- ``for_sale``    nothing is kept for sale where nothing is sold
- ``seals``       every sealed posting against its link in the chain

Those that need a document (an order, a purchase order) are in ``app.control.checks``, with the list of all.
"""
