"""The stock ledger: immutable movements, the balances kept beside them, and the proof that both agree.

- ``models``   postings, movements, balances, availability
- ``guards``   the triggers that refuse change
- ``post``     the only way in; "may stock go negative?" is answered here
- ``serials``  a serial number is one unit in the world
- ``on_hand``  what is where
- ``history``  why a number changed
- ``seal``     postings chained by hash, afterwards, so that an edit shows (``facts``: the text that is hashed)
- ``records``  scans and changes of people in the same chain
- ``heads``    what the chain's end was, as it is written down outside
- ``verify``   run the checks (``checks``: one file for each) that hold every kept number against the movements
- ``rebuild``  derive again what is derived
"""
