"""GS1 Digital Link: what a web address says."""

from datetime import date

import pytest

from app.barcode import Kind, parse
from app.refusal import Refused

TODAY = date(2026, 6, 15)
GTIN = "09506000134352"


@pytest.mark.parametrize(
    ("address", "words"),
    [
        (f"https://id.gs1.org/01/{GTIN}", {"gtin": GTIN}),
        (
            f"http://shop.example/a/b/01/{GTIN}/22/2A/10/L1/21/S1",
            {"gtin": GTIN, "consumer_variant": "2A", "lot": "L1", "serial": "S1"},
        ),
        (f"https://id.gs1.org/01/{GTIN}/10/A+B", {"gtin": GTIN, "lot": "A+B"}),
        (f"https://id.gs1.org/01/{GTIN}/10/01", {"gtin": GTIN, "lot": "01"}),
        (f"https://id.gs1.org/01/{GTIN}/", {"gtin": GTIN}),
        (f"https://id.gs1.org/01/{GTIN}#top", {"gtin": GTIN}),
        (
            f"https://id.gs1.org/01/{GTIN}?linkType=all&17=251231;3103=001250",
            {"gtin": GTIN, "expiry": "2025-12-31", "net_weight_kg": "1.250"},
        ),
        (
            "https://id.gs1.org/00/106141412345678908?37=12&02=" + GTIN,
            {"sscc": "106141412345678908", "count": "12", "content": GTIN},
        ),
        ("https://id.gs1.org/414/9501101020917/254/DOCK1", {"location_gln": "9501101020917", "gln_extension": "DOCK1"}),
        ("https://id.gs1.org/8004/9501101ABC", {"individual_asset": "9501101ABC"}),
    ],
)
def test_an_address_says_the_same_as_an_element_string(address: str, words: dict[str, str]) -> None:
    found = parse(address, today=TODAY)
    assert found.kind is Kind.DIGITAL_LINK
    assert found.elements == words


def test_the_rightmost_key_counts() -> None:
    assert parse(f"https://a.example/01/{GTIN}/00/106141412345678908", today=TODAY).elements == {
        "sscc": "106141412345678908"
    }


@pytest.mark.parametrize(
    "address",
    [
        "https://example.com",
        "https://example.com/",
        "https://",
        "https://example.com/01/mugs",
        "https://example.com/401/not-a-consignment",
        "https://example.com/track/1Z999",
        f"https://example.com/01/{GTIN}/reviews",
        f"https://id.gs1.org/01/{GTIN}/10/",
        "https://example.com/?01=" + GTIN,
    ],
)
def test_an_ordinary_address_is_plain(address: str) -> None:
    assert parse(address, today=TODAY).kind is Kind.PLAIN


@pytest.mark.parametrize(
    ("address", "code"),
    [
        (f"https://id.gs1.org/01/{GTIN}/10/A/22/B", "dl_bad_qualifier"),
        (f"https://id.gs1.org/01/{GTIN}/10/A/10/A", "dl_bad_qualifier"),
        (f"https://id.gs1.org/01/{GTIN}/10/A/235/B", "dl_bad_qualifier"),
        (f"https://id.gs1.org/01/{GTIN}/17/251231", "dl_bad_qualifier"),
        (f"https://id.gs1.org/01/{GTIN}?21=A", "dl_qualifier_in_query"),
        (f"https://id.gs1.org/01/{GTIN}/10/A%20B", "bad_charset"),
        (f"https://id.gs1.org/01/{GTIN}?240=A+B", "bad_charset"),
        (f"https://id.gs1.org/01/{GTIN}?37=4", "ai_conflict"),
        (f"https://id.gs1.org/01/{GTIN}?17=251232", "bad_date"),
        (f"https://id.gs1.org/01/{GTIN}?17=251231&17=251230", "duplicate_conflict"),
        ("https://id.gs1.org/01/00000000000000", "zero_gtin"),
    ],
)
def test_an_address_against_the_rules_is_refused(address: str, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        parse(address, today=TODAY)
    assert refusal.value.code == code
