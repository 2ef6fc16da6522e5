"""What we stock: items, their barcodes, their lots."""
