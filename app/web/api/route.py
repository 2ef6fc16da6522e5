"""One endpoint is one plain function: a session and what was asked go in, the answer comes out.

``reads`` and ``writes`` hang it on its address and do what all have in common: who may, reading the request strictly,
the transaction, the ``Idempotency-Key``, the JSON. What a function takes (``body`` or ``query``) and returns is what
its signature says, and the published contract is made from the same (``openapi``).
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, TypeVar, get_type_hints

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from app.db import can_keep, reading, transact
from app.language import _
from app.people.tokens import SCOPES
from app.refusal import NotFound
from app.web.api.body import UnsupportedMedia, loads, read, read_query
from app.web.gate.access import FLOOR, OFFICE, READERS, allow
from app.web.gate.security import current_actor
from app.web.shared import idempotency
from app.web.shared.portions import Portions

pages = Blueprint("api", __name__, url_prefix="/api/v1")
View = TypeVar("View", bound=Callable[..., Any])
JSON = "application/json"


@dataclass(frozen=True, kw_only=True)
class Access:
    """Who may use an endpoint: tokens by scope, people by role (none named: any role), and tokens by both."""

    scopes: tuple[str, ...]
    roles: tuple[str, ...] = ()

    def put_on(self, view: Callable[..., Any]) -> None:
        allow(scopes=self.scopes, roles=self.roles, any_role=not self.roles)(view)


EVERYBODY = Access(scopes=SCOPES)
WORKERS = Access(scopes=("floor",), roles=FLOOR)
DESK = Access(scopes=("office",), roles=OFFICE)
TRADE = Access(scopes=("office", "integration"), roles=OFFICE)
"""Orders, deliveries, returns: what a shop or an ERP tells us."""
BOOKS = Access(scopes=("office", "integration"), roles=READERS)
"""What the desk and the auditor may read."""


@dataclass(frozen=True, kw_only=True)
class Route:
    """One endpoint, as the contract describes it."""

    method: str
    path: str
    name: str
    doc: str
    access: Access
    is_keyed: bool
    statuses: tuple[int, ...]
    path_types: Mapping[str, Any]
    body: Any
    query: Any
    answer: Any
    content_type: str
    takes: str


ROUTES: list[Route] = []
_NOT_IN_THE_PATH = {"session", "portions", "body", "query", "return"}


def reads(
    path: str,
    *,
    method: str = "GET",
    may: Access = EVERYBODY,
    answer: Any = None,
    status: tuple[int, ...] = (200,),
    content_type: str = JSON,
    takes: str = JSON,
    before: Callable[[], None] = lambda: None,
) -> Callable[[View], View]:
    """An endpoint that changes nothing; its function gets a reading session, which begins after ``before``."""

    def hang(view: View) -> View:
        route = _route(view, method, path, may, answer, status, content_type, takes, is_keyed=False)

        def respond(**names: Any) -> Response:
            asked = _asked(route)
            before()
            with reading() as session:
                return _response(route, view(session, **asked, **_names(names)))

        return _hang(route, view, respond)

    return hang


def writes(
    path: str,
    *,
    may: Access,
    answer: Any = None,
    status: tuple[int, ...] = (200,),
    takes: str = JSON,
) -> Callable[[View], View]:
    """A POST that changes something: one transaction, tried again at a deadlock, and once for each idempotency key.

    The answer is made before the commit, so that nothing is called done that was lost.
    """

    def hang(view: View) -> View:
        route = _route(view, "POST", path, may, answer, status, JSON, takes, is_keyed=True)

        def respond(**names: Any) -> Response:
            asked, path_names = _asked(route), _names(names)
            key = _key(route)

            def work(session: Session) -> Response:
                def answered() -> Response:
                    return _response(route, view(session, **asked, **path_names))

                if key is None:
                    return answered()
                return idempotency.once(session, key, answered)

            return transact(work)

        return _hang(route, view, respond)

    return hang


def writes_in_portions(
    path: str,
    *,
    may: Access,
    answer: Any = None,
    status: tuple[int, ...] = (200,),
    takes: str = JSON,
) -> Callable[[View], View]:
    """A POST whose work is long: its function gets ``Portions`` and does it in several transactions, so that scans go
    between. Once for each idempotency key, and one that was cut off goes on where it ended."""

    def hang(view: View) -> View:
        route = _route(view, "POST", path, may, answer, status, JSON, takes, is_keyed=True)

        def respond(**names: Any) -> Response:
            asked, path_names = _asked(route), _names(names)
            portions = Portions(_key(route))
            return portions.answer(lambda: _response(route, view(portions, **asked, **path_names)))

        return _hang(route, view, respond)

    return hang


def _key(route: Route) -> idempotency.Key | None:
    key = idempotency.key_of_request()
    if key is None:
        return None
    return idempotency.Key(current_actor().operator_id, key, idempotency.hash_of_request(_canonical(route)))


def _route(
    view: Callable[..., Any],
    method: str,
    path: str,
    may: Access,
    answer: Any,
    status: tuple[int, ...],
    content_type: str,
    takes: str,
    *,
    is_keyed: bool,
) -> Route:
    hints = get_type_hints(view, include_extras=True)
    route = Route(
        method=method,
        path=path,
        name=view.__name__,
        doc=view.__doc__ or "",
        access=may,
        is_keyed=is_keyed,
        statuses=status,
        path_types={
            name: hint for name, hint in hints.items() if name not in ("session", "portions", "body", "query", "return")
        },
        body=hints.get("body"),
        query=hints.get("query"),
        answer=answer or hints["return"],
        content_type=content_type,
        takes=takes,
    )
    ROUTES.append(route)
    return route


def _hang(route: Route, view: View, respond: Callable[..., Response]) -> View:
    respond.__name__ = route.name
    respond.__doc__ = route.doc
    route.access.put_on(respond)
    pages.add_url_rule(route.path, route.name, respond, methods=[route.method])
    return view


def _asked(route: Route) -> dict[str, Any]:
    given = {name: request.args.getlist(name) for name in request.args}
    asked: dict[str, Any] = {}
    if route.query is not None:
        asked["query"] = read_query(route.query, given)
    elif given:
        read_query(_Nothing, given)
    if route.body is bytes:
        _require_type(route.takes)
        asked["body"] = request.get_data()
    elif route.body is not None:
        asked["body"] = read(route.body, _json())
    elif request.method == "POST" and request.get_data():
        read(_Nothing, _json())
    return asked


@dataclass(frozen=True)
class _Nothing:
    """What takes no fields."""


def _json() -> object:
    data = request.get_data()
    if not data:
        return {}
    _require_type(JSON)
    return loads(data)


def _require_type(wanted: str) -> None:
    """``wanted`` may name several, as in ``image/jpeg, image/png``."""
    if request.mimetype not in wanted.split(", "):
        raise UnsupportedMedia("unsupported_media", _("Send the body as Content-Type: %(type)s.", type=wanted))


def _canonical(route: Route) -> bytes:
    """The body without what JSON leaves open: spaces and the order of the fields."""
    data = request.get_data()
    if route.takes != JSON or not data:
        return data
    return json.dumps(loads(data), sort_keys=True, default=str).encode()


def _names(names: dict[str, Any]) -> dict[str, Any]:
    for name, value in names.items():
        if isinstance(value, str) and (not can_keep(value) or len(value) > 200):
            raise NotFound("not_found", _("There is no such %(what)s. Check the address.", what=name))
    return names


def _response(route: Route, found: Any) -> Response:
    """The answer as HTTP. A function with several statuses returns (answer, status)."""
    value, status = found if len(route.statuses) > 1 else (found, route.statuses[0])
    if isinstance(value, bytes):
        return Response(value, status, content_type=route.content_type)
    if value is None:
        return Response(status=status)
    return Response(
        json.dumps(value, default=_plain, ensure_ascii=False, separators=(",", ":")), status, content_type=JSON
    )


def _plain(value: Any) -> Any:
    """What JSON has no word for, in a declared answer: times in UTC as RFC 3339, money as text."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return money(value)
    if isinstance(value, Mapping):
        return dict(value)
    if is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    return list(value)


def money(amount: Decimal) -> str:
    """Two decimals, or as many as it takes up to four: the same text whatever database kept it."""
    cents, more = f"{amount:.4f}"[:-2], f"{amount:.4f}"[-2:]
    return cents + more.rstrip("0")
