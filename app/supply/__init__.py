"""What is coming in: suppliers, purchase orders, and the inbound quantity that they promise."""
