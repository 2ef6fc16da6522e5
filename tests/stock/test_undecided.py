"""The list of what waits for a decision costs what is in it, not what the warehouse holds."""

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.control import undecided
from tests.stock.house import House


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_waits_is_found_by_an_index_of_its_own(session: Session) -> None:
    House(session)
    asked = str(undecided._waiting().compile(session.get_bind(), compile_kwargs={"literal_binds": True}))
    plan = [row[3] for row in session.execute(text(f"EXPLAIN QUERY PLAN {asked}"))]
    assert any("ix_balance_not_for_sale" in step for step in plan), plan
    assert not [step for step in plan if step.startswith("SCAN balance") and "INDEX" not in step], plan


def test_postgresql_finds_it_by_that_index_too(postgresql_url: str) -> None:
    """Where there is more than fits a page; an empty table is read as it is."""
    from sqlalchemy import create_engine

    engine = create_engine(postgresql_url.replace("postgresql://", "postgresql+psycopg://", 1))
    with engine.connect() as connection:
        asked = str(undecided._waiting().compile(engine, compile_kwargs={"literal_binds": True}))
        connection.execute(text("SET enable_seqscan = off"))
        plan = "\n".join(row[0] for row in connection.execute(text(f"EXPLAIN {asked}")))
    engine.dispose()
    assert "ix_balance_not_for_sale" in plan
