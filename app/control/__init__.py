"""What keeps stock true: counts, adjustments, and the proof of the whole.

- ``verification``  ledger verify and rebuild, with every document's promises
- ``checks``        what ledger verify looks at, one file for each question
- ``adjustments``   a difference posted with a reason; what that does to promises
- ``limits``        how much one person may change alone in a day; ``second_pair``: who may be the second
- ``wanted``        corrections that wait for a second person
- ``explanation``   every number of an item's availability, with the facts that make it
"""
