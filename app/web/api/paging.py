"""Lists are pages: at most 500 entries, and an opaque cursor that says where the next page begins."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

from app.db import can_keep
from app.language import _
from app.refusal import Refused
from app.web.api.body import Between, Size

T = TypeVar("T")
MOST = 500


@dataclass(frozen=True, kw_only=True)
class Page(Generic[T]):
    """One page. ``next`` goes into ``?after=`` of the next request; null: there is nothing more for now."""

    items: Sequence[T]
    next: str | None


@dataclass(frozen=True, kw_only=True)
class Paged:
    """What every list may be asked."""

    limit: Annotated[int, Between(1, MOST)] = 100
    after: Annotated[str, Size(0, 1000)] = ""

    def cursor(self, *kinds: type[Any]) -> Any:
        """The values inside ``after``, None at the beginning. Errors: ``bad_cursor``."""
        if not self.after:
            return None
        try:
            padded = self.after + "=" * (-len(self.after) % 4)
            values = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        except (binascii.Error, ValueError, RecursionError):
            raise _bad() from None
        if not isinstance(values, list) or [type(value) for value in values] != list(kinds):
            raise _bad()
        if any(isinstance(value, int) and not 0 <= value < 2**63 for value in values):
            raise _bad()
        if any(isinstance(value, str) and not can_keep(value) for value in values):
            raise _bad()
        return values

    def page(self, found: Sequence[T], mark: Callable[[T], Sequence[Any]]) -> Page[T]:
        """The page of ``found``, which was asked for one entry more than ``limit``."""
        items = found[: self.limit]
        return Page(items=items, next=encode(mark(items[-1])) if len(found) > self.limit else None)


def encode(values: Sequence[Any]) -> str:
    """A cursor: base64url of JSON, without padding."""
    text = json.dumps(list(values), separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def _bad() -> Refused:
    return Refused("bad_cursor", _("This cursor isn't valid. Use `next` from the page before, unchanged."))
