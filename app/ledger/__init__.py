"""The stock ledger: immutable movements, the balances kept beside them, and the proof that both agree.

- ``models``   postings, movements, balances, availability
- ``guards``   the triggers that refuse change
- ``post``     the only way in; "may stock go negative?" is answered here
- ``on_hand``  what is where
- ``history``  why a number changed
- ``seal``     postings chained by hash, afterwards, so that an edit shows
- ``verify``   replay everything and compare; rebuild what is derived
"""
