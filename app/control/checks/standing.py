"""Where containers are: each stands where its contents stand, and one that has left holds nothing."""

from collections.abc import Iterator

from sqlalchemy import func, literal, select

from app.db import table
from app.ledger.checks.difference import Difference, Look, exceeding, found
from app.ledger.models import Balance
from app.places.models import Container

balance, container = table(Balance), table(Container)


def check(look: Look) -> Iterator[Difference]:
    """``stands``, by container and the place where it holds something, with the id of the place where it should;
    ``shipped``, by container, with the units in it."""
    inside = select(balance.c.container_id, balance.c.location_id, func.sum(balance.c.quantity).label("units"))
    c = inside.where(balance.c.container_id.is_not(None), balance.c.quantity > 0).group_by(
        balance.c.container_id, balance.c.location_id
    ).subquery().c  # fmt: skip
    of = container.c.id == c.container_id
    place = func.coalesce(container.c.location_id, 0)
    stands = exceeding("stands", [container.c.id, c.location_id], place, c.location_id)
    shipped = exceeding("shipped", [container.c.id, c.location_id], literal(0), c.units)
    yield from found(
        look.session,
        stands.join(container, of).where(place != c.location_id),
        shipped.join(container, of).where(container.c.status == "shipped"),
    )
