"""The codes of the telephone."""

from datetime import UTC, datetime, timedelta

import pytest

from app.people import totp

# RFC 6238, appendix B, its SHA-1 rows cut to six digits: (seconds since 1970, code).
VECTORS = [
    (59, "287082"),
    (1111111109, "081804"),
    (1111111111, "050471"),
    (1234567890, "005924"),
    (2000000000, "279037"),
    (20000000000, "353130"),
]


@pytest.mark.parametrize(("seconds", "code"), VECTORS)
def test_the_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    secret, moment = b"12345678901234567890", datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    assert totp.code_at(secret, totp.step_at(moment)) == code
    assert totp.matching_step(secret, code, moment) == totp.step_at(moment)
