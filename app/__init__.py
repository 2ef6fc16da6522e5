"""Trueshelf: the map of the house.

A task line is a movement not yet believed. Each scan confirms one part of it. When every part is confirmed, the
movement is posted. Documents open tasks, the floor closes them, and only the ledger changes stock.

From the door down (each floor sees only those below it):

- ``factory``                  puts the house together
- ``web`` | ``cli``            HTTP and commands in; HTML, JSON and text out; no rules
- ``work``                     the clock: what happens without anybody asking
- ``demo``                     the demo warehouse, made from one real day
- ``imports``                  files in: dry run, every error with row and column, all or nothing
- ``floor``                    where scans are judged
- ``returns`` | ``control``    what comes back; counts and adjustments
- ``orders``                   promises: place, reserve, availability, allocate, fulfil
- ``supply``                   purchase orders and inbound
- ``tasks`` | ``labels``       the queue of work; templates, drawing and proof of labels
- ``ledger``                   movements and the balances kept beside them
- ``catalog`` | ``places`` | ``people``   items; locations and containers; operators and tokens
- ``barcode``                  what a scan says, before any database is asked
- ``words``                    the word for what is kept as a code
- ``db`` ``ports`` ``refusal`` ``clock`` ``config`` ``language`` ``writers``   the ground
"""
