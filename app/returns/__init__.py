"""What comes back: an RMA authorises it, an inspection decides what becomes of it.

- ``authorise``    an RMA for units that were shipped and not announced before
- ``disposition``  the bench tells the return: received, inspected, taken back
"""
