"""The worker's jobs: its sign of life, and what is over and old enough goes."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app import clock, work
from app.config import Settings, SettingsError
from app.control.verification import verify
from app.db import table, transact
from app.ledger.seal import LATE_SECONDS, is_behind
from app.people.keyed_requests import Idempotency
from app.people.models import Device, Operator, Token
from app.people.tokens import create_api_token, create_session
from app.web.office.reads.alarms import alarms
from app.work.heartbeat import Heartbeat
from app.work.printing import Printing
from tests.stock.house import House


def job(name: str) -> work.Job:
    return next(job for job in work.JOBS if job.name == name)


def age_worker(app: Flask, seconds: int) -> None:
    with app.app_context():
        beat_at = clock.now() - timedelta(seconds=seconds)
        transact(lambda session: session.execute(update(table(Heartbeat)).values(beat_at=beat_at)))


def test_a_worker_that_gives_no_sign_of_life_is_told_and_stops_nobody(app: Flask, client: FlaskClient) -> None:
    def ready() -> tuple[int, str, str]:
        answer = client.get("/readyz")
        return answer.status_code, answer.json["status"], answer.json["checks"]["worker"]

    settings: Settings = app.config["SETTINGS"]
    assert ready() == (200, "degraded", "failed")
    assert "\ntrueshelf_worker_age_seconds" not in client.get("/metrics").text
    with app.app_context():
        assert work.run_once(settings, job("beat")) == 0
        assert work.run_once(settings, job("beat")) == 0
    assert ready() == (200, "ok", "ok")
    age_worker(app, settings.worker_late_seconds + 5)
    assert ready() == (200, "degraded", "failed")
    assert "\ntrueshelf_worker_age_seconds 6" in client.get("/metrics").text
    assert client.get("/readyz").json["outbox_seconds"] == 0


def test_what_is_over_and_old_enough_is_forgotten(app: Flask, session: Session) -> None:
    settings: Settings = app.config["SETTINGS"]
    now = clock.now()
    mia = Operator(name="Mia", badge="MIA", roles=["picker"], created_at=now)
    session.add(mia)
    session.flush()
    devices = {
        "held": 1,
        "dusty": settings.keep_devices_days + 1,
        "dusty, with a token": settings.keep_devices_days + 1,
    }
    for name, days in devices.items():
        seen = now - timedelta(days=days)
        session.add(Device(name=name, key_hash=name, profile={}, created_at=seen, last_seen_at=seen))
    session.flush()
    named = session.scalars(select(Device.id).where(Device.name == "dusty, with a token")).one()
    create_api_token(session, name="erp", scopes=["office"], operator_id=mia.id, expires_at=now - timedelta(days=999))
    for _ in range(3):
        create_session(session, operator_id=mia.id, device_id=None, hours=1)
    for token, days in zip(
        session.scalars(select(Token).where(Token.kind == "session").order_by(Token.id)), (29, 31, 0), strict=True
    ):
        token.expires_at = now - timedelta(days=days)
        token.device_id = named if days == 29 else None
    for key, days in (("new", 29), ("old", 31)):
        asked = now - timedelta(days=days)
        session.add(Idempotency(operator_id=mia.id, key=key, body_hash="x", created_at=asked))
    session.commit()

    assert work.run_once(settings, job("forget")) == 3
    session.expire_all()
    assert sorted(session.scalars(select(Device.name))) == ["dusty, with a token", "held"]
    assert sorted(session.scalars(select(Token.kind))) == ["api", "session", "session"]
    assert list(session.scalars(select(Idempotency.key))) == ["new"]
    assert work.run_once(replace(settings, keep_requests_days=28), job("forget")) == 1


def test_everything_that_waits_is_sealed_in_one_turn(app: Flask, session: Session) -> None:
    house = House(session)
    house.stock("MUG", 9)
    house.adjust("MUG", -1)
    session.commit()
    assert is_behind(session)
    session.rollback()
    assert work.run_once(app.config["SETTINGS"], job("seal")) == 2
    assert not is_behind(session)


@pytest.mark.parametrize("days", ["0", "-1", "99999999"])
def test_an_age_that_would_forget_everything_or_nothing_is_refused(days: str) -> None:
    with pytest.raises(SettingsError, match="KEEP_REQUESTS_DAYS"):
        Settings.from_environment({"TRUESHELF_KEEP_REQUESTS_DAYS": days})


def test_a_job_that_raises_anything_is_noted_and_the_others_go_on(app: Flask, client: FlaskClient) -> None:
    """A ValueError of the sealer once ended the whole loop, while the process lived on and was never started again."""
    settings: Settings = app.config["SETTINGS"]
    stop = threading.Event()
    turns: list[str] = []
    is_mended = False

    def breaks(_settings: Settings) -> int:
        turns.append("breaks")
        if not is_mended:
            raise ValueError("Invalid isoformat string")
        return 0

    def ends(_settings: Settings) -> int:
        turns.append("ends")
        if turns.count("ends") == 2:
            stop.set()
        return 0

    jobs = (work.Job("seal", 0, breaks), work.Job("beat", 0, ends))
    with app.app_context():
        work.run_once(settings, job("beat"))
        work.run(settings, stop=stop, jobs=jobs, tick_seconds=0)
    assert turns == ["breaks", "ends"] * 2
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["status"], answer.json["checks"]["seal"]) == (200, "degraded", "failed")
    assert '\ntrueshelf_job_failing_seconds{job="seal"} ' in client.get("/metrics").text
    is_mended = True
    with app.app_context():
        work.run_once(settings, jobs[0])
    assert client.get("/readyz").json["status"] == "ok"
    assert "trueshelf_job_failing_seconds{" not in client.get("/metrics").text


def test_a_posting_that_nobody_seals_is_an_alarm_and_the_proof_says_so(
    app: Flask, client: FlaskClient, session: Session
) -> None:
    with app.app_context():
        work.run_once(app.config["SETTINGS"], job("beat"))
    house = House(session)
    session.commit()
    assert client.get("/readyz").json["checks"]["seal"] == "ok"
    assert verify(session).ok
    session.rollback()
    long_ago = clock.now() - timedelta(seconds=LATE_SECONDS + 60)
    with pytest.MonkeyPatch.context() as then:
        then.setattr(clock, "now", lambda: long_ago)
        house.stock("MUG", 1)
        session.commit()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["status"], answer.json["checks"]["seal"]) == (200, "degraded", "failed")
    assert f"\ntrueshelf_seal_age_seconds {(LATE_SECONDS + 60) // 10}" in client.get("/metrics").text
    assert [found.what for found in verify(session).differences] == ["unsealed"]
    assert any("not sealed" in alarm for alarm in alarms(session, app.config["SETTINGS"]))


def test_a_worker_whose_loop_has_ended_is_no_process_that_lives_on(app: Flask) -> None:
    """Its keeper starts it again as soon as the process is gone, and not before."""

    def broken(*_: object, **__: object) -> None:
        raise MemoryError("no room")

    with pytest.MonkeyPatch.context() as here:
        here.setattr(work, "run", broken)
        assert app.test_cli_runner().invoke(args=["work"]).exit_code == 1
    with pytest.MonkeyPatch.context() as here:
        here.setattr(Printing, "run", broken)
        assert app.test_cli_runner().invoke(args=["work"]).exit_code == 1
