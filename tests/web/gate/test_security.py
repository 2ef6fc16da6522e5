"""What the gate lets in and keeps out, whoever knocks and however."""

import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.web.conftest import OWN, PEOPLE, PIN

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

Browse = Callable[[str], "FlaskClient"]
ARGUMENTS = {"int": "987654", "path": "x", "string": "x", "default": "x"}


def address(rule: str) -> str:
    """An address of this rule, of a thing that is not there."""
    return re.sub(r"<(?:(\w+)(?:\([^)]*\))?:)?\w+>", lambda found: ARGUMENTS[found[1] or "default"], rule)


def routes(app: "Flask") -> list[tuple[str, str, str]]:
    """(endpoint, method, address) of every route."""
    return [
        (rule.endpoint, method, address(rule.rule))
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_every_route_says_who_may_call_it(app: "Flask") -> None:
    from app.web.gate.access import rule_of

    silent = {endpoint for endpoint, _, _ in routes(app) if rule_of(app.view_functions[endpoint]) is None}
    assert not silent


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_route_that_says_nothing_is_closed_to_everybody(shop: "Flask", browse: Browse) -> None:
    shop.add_url_rule("/forgotten", "forgotten", lambda: "open")
    assert browse("admin").get("/forgotten").status_code == 403
    assert browse("").get("/forgotten").status_code == 403


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("role", ["", *PEOPLE])
def test_every_route_opens_to_its_roles_and_to_nobody_else(shop: "Flask", browse: Browse, role: str) -> None:
    """Written out against the rules' own words: who is refused gets 401 or 403, who is not gets anything else."""
    from app.web.gate.access import rule_of

    client = browse(role)
    wrong = []
    for endpoint, method, path in routes(shop):
        if endpoint in {"auth.sign_out", "static"}:
            continue
        rule = rule_of(shop.view_functions[endpoint])
        assert rule is not None
        roles = set(PEOPLE.get(role, []))
        may = rule.is_public or bool(roles & rule.roles) or bool(rule.is_for_any_role and roles)
        status = client.open(path, method=method).status_code
        code_says_no = status in {401, 403}
        if may == code_says_no:
            wrong.append((endpoint, method, status))
    assert not wrong


# Spelled out once more by hand, so that a rule that was changed by mistake is seen.
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("role", "path", "status"),
    [
        ("picker", "/", 200),
        ("picker", "/office/", 403),
        ("picker", "/office/orders", 403),
        ("picker", "/office/people", 403),
        ("office", "/office/orders", 200),
        ("office", "/office/people", 403),
        ("office", "/", 303),
        ("auditor", "/office/ledger", 200),
        ("auditor", "/office/imports", 403),
        ("supervisor", "/office/people", 200),
        ("nobody", "/", 403),
        ("nobody", "/history", 403),
        ("", "/", 401),
        ("", "/office/orders", 401),
        ("", "/healthz", 200),
        ("", "/readyz", 200),
        ("", "/sign-in", 200),
    ],
)
def test_who_may_look(browse: Browse, role: str, path: str, status: int) -> None:
    assert browse(role).get(path).status_code == status


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("role", ["picker", "auditor", ""])
def test_who_may_only_look_changes_nothing(browse: Browse, role: str) -> None:
    client = browse(role)
    for path in ("/office/waves", "/office/orders/1/cancellations", "/office/imports", "/office/adjustments"):
        assert client.post(path).status_code in {401, 403}, path
    assert "/cancellations" not in browse("auditor").get("/office/orders/1").text, "a closed door has no button"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("headers", "is_taken"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"}, False),
        ({"Origin": "http://localhost"}, True),
        ({"Origin": "https://localhost"}, False),
        ({"Origin": "http://localhost:81"}, False),
        ({"Origin": "http://evil.example"}, False),
        ({"Origin": "null"}, False),
        ({"Referer": "http://localhost/"}, False),
        ({}, False),
    ],
)
def test_only_our_own_pages_change_anything(browse: Browse, headers: dict[str, str], is_taken: bool) -> None:
    client = browse("picker")
    del client.environ_base["HTTP_SEC_FETCH_SITE"]
    answer = client.post("/settings", data={"hand": "left"}, headers=headers)
    assert answer.status_code == (303 if is_taken else 403)
    assert ('data-hand="left"' in client.get("/settings").text) == is_taken


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_nobody_is_signed_in_from_a_foreign_page(browse: Browse) -> None:
    answer = browse("").post("/sign-in", data={"badge": "picker", "pin": PIN}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_token_is_bound_by_its_scopes_and_opens_no_screen(
    shop: "Flask", browse: Browse, token: Callable[..., dict[str, str]]
) -> None:
    from app.web.gate.security import allow, current_actor

    @shop.post("/api/v1/probe")
    @allow(scopes=("floor",))
    def probe() -> dict[str, str]:
        return {"name": current_actor().name}

    client = browse("")
    assert client.post("/api/v1/probe", headers=token("picker", "floor")).json == {"name": "picker"}
    assert client.post("/api/v1/probe", headers=token("picker", "integration")).status_code == 403
    assert client.post("/api/v1/probe", headers=token("nobody", "floor")).status_code == 403, "no role, no right"
    assert client.get("/office/orders", headers=token("admin", "office")).status_code == 403
    assert browse("picker").post("/api/v1/probe").status_code == 403, "a browser has no scopes"
    problem = client.post("/api/v1/probe", headers={"Authorization": "Bearer nonsense"})
    assert (problem.status_code, problem.content_type) == (401, "application/problem+json")
    assert problem.headers["WWW-Authenticate"].startswith("Bearer")
    assert problem.json["code"] == "not_signed_in"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("host", ["evil", "evil.example:80", "localhost.evil.example", "localhost@evil", ""])
def test_a_foreign_host_is_400(browse: Browse, host: str) -> None:
    answer = browse("").get("/sign-in", headers={"Host": host})
    assert answer.status_code == 400
    assert "evil" not in answer.text


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("path", ["/sign-in", "/", "/nowhere", "/healthz", "/static/floor.css", "/api/v1/nowhere"])
def test_every_answer_is_sealed(browse: Browse, path: str) -> None:
    headers = browse("").get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "'unsafe" not in policy, "no inline code, and no text that becomes code ('wasm-unsafe-eval' is neither)"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "Strict-Transport-Security" not in headers
    assert "Strict-Transport-Security" in browse("").get(path, base_url="https://localhost").headers


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_body_that_is_too_large_is_413(browse: Browse, shop: "Flask") -> None:
    shop.config["MAX_CONTENT_LENGTH"] = 1000
    assert browse("picker").post("/settings", data={"hand": "x" * 2000}).status_code == 413


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_names_stay_text(browse: Browse) -> None:
    page = browse("office").get("/office/stock").text
    assert "{{7*7}} &lt;b&gt;cup&lt;/b&gt;" in page
    assert "<b>cup" not in page


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_spreadsheet_takes_no_cell_for_a_formula(browse: Browse) -> None:
    answer = browse("office").get("/office/stock.csv")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    lines = answer.data.decode("utf-8-sig").splitlines()
    assert any(line.startswith("'=cmd(),") for line in lines)
    assert not any(line.startswith(("=", "+", "-", "@")) for line in lines)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_logs_have_one_line_each_and_no_secrets(
    browse: Browse, token: Callable[..., dict[str, str]], capsys: pytest.CaptureFixture[str]
) -> None:
    headers = token("picker", "floor")
    client = browse("")
    capsys.readouterr()
    client.post("/sign-in", data={"badge": "picker\r\nforged", "pin": "86420"})
    client.post("/sign-in", data={"badge": "supervisor", "pin": PIN})
    client.get("/nowhere%0d%0a{}", headers=headers)
    client.get("/labels/badge/picker.pdf")
    written = capsys.readouterr().err
    lines = [json.loads(line) for line in written.splitlines()]
    told = [line["what"] for line in lines if line["event"] == "security"]
    assert told == ["signed_in"]
    lines = [line for line in lines if line["event"] == "request"]
    assert [line["status"] for line in lines] == [422, 303, 404, 200]
    for secret in (
        "86420",
        PIN,
        "forged",
        '"picker"',
        '"supervisor"',
        headers["Authorization"].removeprefix("Bearer "),
    ):
        assert secret not in written, secret
    assert all(line["request_id"] for line in lines)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_failure_is_500_with_a_number_and_its_values_stay_out_of_the_log(
    shop: "Flask", browse: Browse, capsys: pytest.CaptureFixture[str]
) -> None:
    from sqlalchemy import text

    from app.db import transact
    from app.web.gate.security import allow

    @shop.get("/broken")
    @allow(public=True)
    def broken() -> str:
        transact(lambda session: session.execute(text("SELECT :pin FROM nowhere"), {"pin": str(97530 + 1)}))
        return ""

    answer = browse("").get("/broken")
    assert answer.status_code == 500
    failed = [json.loads(line) for line in capsys.readouterr().err.splitlines()][-2]
    assert failed["event"] == "failed"
    assert failed["request_id"] in answer.text
    assert "nowhere" in failed["exception"]
    assert "97531" not in failed["exception"]
    assert "Traceback" not in answer.text


def test_a_database_that_is_out_of_reach_is_503_and_worth_asking_again(shop: "Flask", browse: Browse) -> None:
    import sqlite3

    import psycopg

    from app.db import db

    def away() -> object:
        if db.engine.dialect.name == "sqlite":
            return sqlite3.connect("/no/such/folder/trueshelf.sqlite")
        return psycopg.connect(host="/no/such/folder")

    picker = browse("picker")
    with shop.app_context():
        db.engine.dispose()
        db.engine.pool._creator = away  # the server's own errors, as when it is stopped
    answer = picker.post("/scans", data={"scan_id": "scan-1", "code": "MUG"}, headers=OWN | {"HX-Request": "true"})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert 'data-code="not_now"' in answer.text


def test_health_is_told_to_whoever_watches(browse: Browse) -> None:
    client = browse("")
    assert client.get("/healthz").json == {"status": "ok"}
    ready = client.get("/readyz").json
    inside = dict.fromkeys(("database", "migrations", "disk", "jobs", "seal"), "ok")
    assert ready["checks"] == {**inside, "worker": "failed"}
    browse("office").post("/office/waves")
    text = client.get("/metrics").text
    assert 'trueshelf_open_tasks{kind="pick"} 1.0' in text
    assert re.search(r'^trueshelf_requests_total\{method="GET",route="/healthz",status="200"\} \d+\.0$', text, re.M)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_database_of_another_version_is_not_ready(browse: Browse, shop: "Flask") -> None:
    from sqlalchemy import text

    from app.db import transact

    with shop.app_context():
        transact(lambda session: session.execute(text("UPDATE alembic_version SET version_num = '0000'")))
    answer = browse("").get("/readyz")
    assert (answer.status_code, answer.json["checks"]["migrations"]) == (503, "failed")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_nobody_but_a_chief_prints_a_badge(browse: Browse) -> None:
    """A badge is half of how somebody signs in, and some roles may do more than others."""
    assert browse("picker").get("/labels/badge/admin.pdf").status_code == 403
    assert browse("office").get("/labels/badge/admin.pdf").status_code == 403
    assert browse("supervisor").get("/labels/badge/picker.pdf").status_code == 200
    assert browse("picker").get("/labels/item/MUG.pdf").status_code == 200
