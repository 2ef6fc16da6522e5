"""Every scan and action of a job goes round here: what waits, what was meant, the verdict, the answer."""
