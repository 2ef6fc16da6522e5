"""GS1 Digital Link: a web address that carries the same parts as an element string.

Source: GS1 Digital Link Standard: URI Syntax 1.4, uncompressed form. The rightmost primary key of the path counts,
so that a shop may have its own folders before it; behind it come its qualifiers, in order; every other part is in the
query. A web address that has no well-formed key in its path is just a web address.
"""

from urllib.parse import unquote

from app.barcode.ai import CHARACTERS, TABLE
from app.barcode.elements import Pairs, Reading, interpret
from app.barcode.gtin import LENGTHS
from app.barcode.refusals import refused

# Primary key -> the qualifiers that may follow it, each at most once and in this order; alternatives side by side.
_QUALIFIERS: dict[str, tuple[tuple[str, ...], ...]] = {
    "00": (),
    "01": (("22", "10", "21"), ("235",)),
    "253": (),
    "255": (),
    "401": (),
    "402": (),
    "414": (("254",), ("7040",)),
    "415": (("8020",),),
    "417": (("7040",),),
    "8003": (),
    "8004": (("7040",),),
    "8006": (("22", "10", "21"),),
    "8010": (("8011",),),
    "8013": (),
    "8017": (("8019",),),
    "8018": (("8019",),),
}
_SCHEMES = ("https://", "http://", "HTTPS://", "HTTP://")  # the standard allows no mixed case


def is_web_address(text: str) -> bool:
    """Whether the text starts as a web address does."""
    return text.startswith(_SCHEMES)


def read(address: str, this_year: int) -> Reading | None:
    """What the address says, or None where it is an ordinary web address.

    Errors: ``dl_qualifier_in_query``, ``dl_bad_qualifier``, and those of element strings.
    """
    address = address.partition("#")[0]
    address, _mark, query = address.partition("?")
    parts = address.split("/")[3:]  # scheme, nothing, host
    if parts and not parts[-1]:
        parts.pop()
    at = len(parts) - 2
    while at >= 0 and parts[at] not in _QUALIFIERS:
        at -= 2
    if at < 0:
        return None
    key, value = parts[at], unquote(parts[at + 1])
    warnings: tuple[str, ...] = ()
    if key == "01" and len(value) in LENGTHS and len(value) < 14:
        value, warnings = value.zfill(14), ("padded_gtin",)
    if not _has_form(key, value):
        return None
    pairs: Pairs = [(TABLE[key], value)]
    _add_qualifiers(pairs, key, parts[at + 2 :])
    _add_query(pairs, key, query)
    elements, more = interpret(pairs, this_year)
    return Reading(elements, warnings + more)


def _has_form(key: str, value: str) -> bool:
    ai = TABLE[key]
    digits = ai.lead or 4  # an alphanumeric key begins with a company prefix of four digits or more
    return (
        ai.shortest <= len(value) <= ai.longest
        and CHARACTERS[ai.characters].issuperset(value)
        and CHARACTERS["N"].issuperset(value[:digits])
    )


def _add_qualifiers(pairs: Pairs, key: str, parts: list[str]) -> None:
    numbers = parts[::2]
    if numbers and not any(_is_in_order(numbers, allowed) for allowed in _QUALIFIERS[key]):
        raise refused("dl_bad_qualifier")
    pairs += [(TABLE[number], unquote(value)) for number, value in zip(numbers, parts[1::2], strict=True)]


def _is_in_order(numbers: list[str], allowed: tuple[str, ...]) -> bool:
    remaining = iter(allowed)
    return all(number in remaining for number in numbers)


def _add_query(pairs: Pairs, key: str, query: str) -> None:
    """Parts among the query's words; words that are no identifiers belong to the web site."""
    for word in query.replace(";", "&").split("&"):
        number, is_given, value = word.partition("=")
        ai = TABLE.get(number)
        if ai is None or not is_given:
            continue
        if any(number in allowed for allowed in _QUALIFIERS[key]):
            raise refused("dl_qualifier_in_query")
        pairs.append((ai, unquote(value.replace("+", " "))))
