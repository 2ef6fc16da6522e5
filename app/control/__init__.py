"""What keeps stock true: counts, adjustments, and the proof of the whole.

- ``verification``  ledger verify and rebuild, with every document's promises
- ``adjustments``   a difference posted with a reason; what that does to promises
- ``explanation``   every number of an item's availability, with the facts that make it
"""
