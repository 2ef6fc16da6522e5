"""Pictures of items, and photographs of barcodes that are read instead of scanned."""
