"""The floor: each scan is judged, and what is confirmed is posted.

- ``kinds``     the only list of kinds of work: how each begins, goes on and is ended
- ``begin``     a scan on the home screen, a form, an enquiry; scans that never reached a job
- ``loop``      one scan or action at a job, as far as it goes; the one writer of scans; a job that is ended
- ``receive``   goods come in at the dock: by a purchase order, blind, damaged, too many
- ``putaway``   from the dock, or a cancelled order's tote, into a bin
- ``replenish`` from reserve into a pick face that runs low
- ``pick``      one order, line by line along the walk: which stock, short picks, the drop-off
- ``pack``      every unit is verified and put into a carton: its label, a swap of lots
- ``ship``      cartons go out of the door
- ``inspect``   what came back, or stands here and is not for sale: what becomes of it
- ``count``     one bin, blind: differences, units in hand, the second count
- ``move``      goods or a whole container from one place to another, for no document
- ``meaning``   what a code means here: the row that it names
- ``shared``    what several kinds share: ``step`` (Step, Workflow, Work), ``memory``, confirming, undo, handing over
- ``models``    Scan: accepted and refused, for ever

A kind of work sees no other kind; what they share sees none of them (``pyproject.toml`` has the contract).
"""
