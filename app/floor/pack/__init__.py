"""Pack: every unit of an order is verified and put into a carton."""
