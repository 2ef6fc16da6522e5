"""Labels as files, and pictures of barcodes: what stands on them (``label_fields``), where they are drawn."""
