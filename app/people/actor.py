"""Who is acting: an operator, on a device, with roles."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """The person (or token) that a request stands for, as every rule below the web sees it."""

    operator_id: int
    name: str
    roles: frozenset[str]
    device: str = ""
    language: str = "en"

    def may(self, *roles: str) -> bool:
        """Whether the actor has one of these roles; a supervisor and an admin may do all floor work."""
        return not self.roles.isdisjoint({*roles, "supervisor", "admin"})
