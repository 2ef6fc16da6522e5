"""What everybody tries first is no PIN and no password, whoever sets it: the desk, oneself, the command line."""

import pytest

from app.config import Settings
from app.people.pins import hash_password, hash_pin
from app.refusal import Refused
from tests.web.conftest import PIN
from tests.web.office.test_people import Browse, ids

__all__ = ["ids"]

SETTINGS = Settings(secret_key="only-for-tests")
COMMON = (
    "0000", "1111", "77777777", "1234", "4321", "0123", "6789", "7890", "0987", "12345678", "87654321", "1212",
    "6969", "123123", "12341234", "1122", "998877", "1221", "2580", "2000", "1984", "2026", "112358", "147258",
    "789456",
)  # fmt: skip
FINE = (
    "2791", "4711", "8642", "1357", "9043", "58271", "60418", "729415", "30495827",
)  # fmt: skip


@pytest.mark.parametrize("pin", COMMON)
def test_a_pin_that_is_guessed_first_is_refused(pin: str) -> None:
    with pytest.raises(Refused) as refusal:
        hash_pin(SETTINGS, pin, badge="MIA")
    assert refusal.value.code == "pin_common"


@pytest.mark.parametrize("pin", FINE)
def test_any_other_pin_is_taken(pin: str) -> None:
    assert hash_pin(SETTINGS, pin, badge="MIA-17")


@pytest.mark.parametrize("badge", ["4719", "P-4719", "47-19"])
def test_a_pin_that_stands_on_the_badge_is_refused(badge: str) -> None:
    with pytest.raises(Refused) as refusal:
        hash_pin(SETTINGS, "4719", badge=badge)
    assert refusal.value.code == "pin_common"


@pytest.mark.parametrize(
    "password",
    [
        "passwordpassword",
        "PasswordPassword1",
        "p4$$w0rdp4$$w0rd",
        "123456789012345",
        "qwertyuiopasdfgh",
        "letmeinletmein123",
        "administrator2026",
        "abcdefghijklmnopq",
        "correct horse battery staple".replace(" ", ""),
        "asdfghjkl;asdfghjkl;",
        "abcabcabcabcabcabc",
        "Anna Trueshelf Password",
    ],
)
def test_a_password_of_what_everybody_takes_is_refused(password: str) -> None:
    with pytest.raises(Refused) as refusal:
        hash_password(SETTINGS, password, names=["Anna", "trueshelf"])
    assert refusal.value.code == "password_weak"


@pytest.mark.parametrize(
    "password", ["the grey cat drinks rain", "vier Regale und ein Hund", "my secret: the third aisle leaks"]
)
def test_a_sentence_is_taken(password: str) -> None:
    assert hash_password(SETTINGS, password, names=["Anna", "trueshelf"])


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_nobody_sets_a_common_pin_at_the_desk_or_for_themselves(browse: Browse, ids: dict[str, int]) -> None:
    chief, picker = browse("supervisor"), browse("picker")
    person = {"name": "Zoe", "badge": "P-7193", "roles": ["picker"]}
    for pin in ("0000", "7193"):
        assert chief.post("/office/people", data={**person, "pin": pin}).status_code == 422
    assert chief.post(f"/office/people/{ids['picker']}/pins", data={"pin": "1111"}).status_code == 422
    assert picker.post("/settings/pin", data={"pin": PIN, "new": "1234", "again": "1234"}).status_code == 422
