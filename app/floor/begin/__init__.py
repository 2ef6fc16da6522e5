"""How work begins: a scan on the home screen, a form, an enquiry; and scans that never reached a job."""
