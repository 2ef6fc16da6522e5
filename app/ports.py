"""Everything outside the building, on one page.

No port is called inside a transaction: write a row, commit, and ``work`` delivers it. Today the only thing outside is
the decoder library; printers, carriers and channels join here as they are built.
"""


class PortError(Exception):
    """The outside failed. ``is_permanent``: trying again will not help."""

    def __init__(self, message: str, *, is_permanent: bool = False) -> None:
        super().__init__(message)
        self.is_permanent = is_permanent
