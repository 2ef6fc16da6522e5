"""Who may call a route. Every route says so with ``@allow``; one that says nothing is closed to everybody.

The rule is written on the view function and looked up by endpoint in ``security``; a test walks the whole map of
addresses and fails on any that has none.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from app.people.tokens import Bearer

FLOOR = ("picker", "packer", "receiver", "inspector", "counter", "supervisor", "admin")
OFFICE = ("office", "supervisor", "admin")
READERS = (*OFFICE, "auditor")
CHIEFS = ("supervisor", "admin")

View = TypeVar("View", bound=Callable[..., object])
_RULE = "trueshelf_rule"


@dataclass(frozen=True, slots=True)
class Rule:
    """``roles`` open a route to operators who have one of them, ``scopes`` to API tokens that have one of those.

    A token is judged by its scopes, and by its operator's roles too where the rule names roles as well. A browser has
    no scopes, so it needs a role. Nothing given opens nothing.
    """

    roles: frozenset[str]
    scopes: frozenset[str]
    is_public: bool
    is_for_any_role: bool

    @property
    def is_office(self) -> bool:
        """Whether only those come in who decide over others' work: where a password is wanted, it is wanted here."""
        return bool(self.roles) and self.roles <= {*READERS}

    def admits(self, bearer: Bearer | None) -> bool:
        """Whether this person or program may come in."""
        if self.is_public:
            return True
        if bearer is None or not bearer.actor.roles:
            return False
        has_role = self.is_for_any_role or not self.roles.isdisjoint(bearer.actor.roles)
        if bearer.kind == "session":
            return has_role
        return not self.scopes.isdisjoint(bearer.scopes) and (has_role or not self.roles)


def allow(
    *,
    roles: Iterable[str] = (),
    scopes: Iterable[str] = (),
    public: bool = False,
    any_role: bool = False,
) -> Callable[[View], View]:
    """Say who may call the view below: everybody, any role, or those with one of ``roles`` or ``scopes``."""
    rule = Rule(frozenset(roles), frozenset(scopes), public, any_role)

    def write_on(view: View) -> View:
        setattr(view, _RULE, rule)
        return view

    return write_on


def rule_of(view: object) -> Rule | None:
    """The rule that was written on a view, None where there is none."""
    found = getattr(view, _RULE, None)
    assert found is None or isinstance(found, Rule)
    return found
