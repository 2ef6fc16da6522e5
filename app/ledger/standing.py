"""Where a container stands: the one writer of ``container.location_id``.

A container stands where its contents stand, always. What is in it moves by postings alone, so that whoever moves it
posts that first and says here where it stands then; a container that is empty goes anywhere.
"""

from collections.abc import Iterable

from sqlalchemy import bindparam, case, exists, select, update
from sqlalchemy.orm import Session

from app.db import changed, core, table
from app.language import _
from app.ledger.models import Balance
from app.places.models import Container, Location
from app.refusal import Refused

balance, container = table(Balance), table(Container)
_HOLDS = (balance.c.container_id == container.c.id) & (balance.c.quantity > 0)
_STAND = (
    update(container)
    .where(
        container.c.id == bindparam("b_container"),
        ~exists().where(_HOLDS, balance.c.location_id != bindparam("b_location")),
    )
    .values(location_id=bindparam("b_location"))
)
_FETCH = (
    update(container)
    .where(container.c.id == bindparam("b_container"))
    .values(
        task_id=bindparam("b_task"),
        location_id=case((exists().where(_HOLDS), container.c.location_id), else_=bindparam("b_floor")),
    )
    .returning(container.c.location_id)
)


def hold_still(session: Session, container_ids: Iterable[int]) -> None:
    """Hold these containers' rows, in the order of their ids: none of them is moved before the transaction ends."""
    mine = container.c.id.in_(sorted(set(container_ids)))
    session.execute(select(container.c.id).where(mine).order_by(container.c.id).with_for_update(key_share=True))


def stand(session: Session, container_id: int, location_id: int) -> None:
    """The container stands there now.

    Errors: ``container_elsewhere`` where something in it stands in another place.
    """
    if not changed(session, _STAND, {"b_container": container_id, "b_location": location_id}):
        place = session.scalar(
            select(Location.code)
            .join(Balance, Balance.location_id == Location.id)
            .where(Balance.container_id == container_id, Balance.quantity > 0, Balance.location_id != location_id)
            .limit(1)
        )
        raise elsewhere(session.get_one(Container, container_id).code, place or "?")
    _see(session, container_id)


def stand_nowhere(session: Session, container_id: int) -> None:
    """The container, which is empty, is not here any more: it may come in again."""
    session.execute(update(container).where(container.c.id == container_id).values(location_id=None))
    _see(session, container_id)


def fetch(session: Session, container_id: int, *, floor_id: int, task_id: int) -> int:
    """A worker fills the container from now on: an empty one is carried along (``floor_id``), one with goods in it
    stays where it stands and is filled there. Returns the id of that place."""
    given = {"b_container": container_id, "b_floor": floor_id, "b_task": task_id}
    place: int = core(session).execute(_FETCH, given).scalar_one()
    _see(session, container_id)
    return place


def elsewhere(code: str, place: str) -> Refused:
    """The refusal that names where the container stands."""
    message = _("%(code)s stands in %(place)s. Go there, or move it.", code=code, place=place)
    return Refused("container_elsewhere", message)


def _see(session: Session, container_id: int) -> None:
    """Whoever has the row in hand reads it again."""
    known = session.identity_map.get(session.identity_key(Container, container_id))
    if known is not None:
        session.expire(known)
