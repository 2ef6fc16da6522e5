"""Who is acting: an operator, on a device, with roles."""

from dataclasses import dataclass

from app.barcode.parse import DEFAULT_PROFILE, Profile


@dataclass(frozen=True, slots=True)
class Actor:
    """The person (or token) that a request stands for, as every rule below the web sees it.

    ``scanner``: how the scanner of their device speaks, for reading what it scanned.
    """

    operator_id: int
    name: str
    roles: frozenset[str]
    device: str = ""
    language: str = "en"
    scanner: Profile = DEFAULT_PROFILE

    def may(self, *roles: str) -> bool:
        """Whether the actor has one of these roles; a supervisor and an admin may do all floor work."""
        return not self.roles.isdisjoint({*roles, "supervisor", "admin"})
