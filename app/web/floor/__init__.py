"""The handheld's screens. ``scans`` is THE door: a scan or an action reaches its task."""
