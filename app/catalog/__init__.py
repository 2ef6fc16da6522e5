"""What we stock: items, their barcodes, their lots.

- ``lots``  the one rule for making a lot, and for the date that it expires
"""
