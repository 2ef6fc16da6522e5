"""Reading a scan: one text in, one frozen ``Barcode`` out, or a refusal that says what to do.

The order is the rule: what a symbology identifier says is believed; then our own labels; then a web address; then
bracketed text; then a bare number by its length and check digit; then element strings that prove themselves; the rest
is plain text, for which the catalog may know an alias. Pure: no database, no clock (``today`` is given).
"""

from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from app.barcode import digital_link, elements, gtin, internal, restricted
from app.barcode.ai import LENGTHS
from app.barcode.barcode import Barcode, Kind
from app.barcode.elements import GS
from app.barcode.refusals import refused
from app.barcode.restricted import RestrictedPattern
from app.barcode.symbology import Carries, split
from app.refusal import Refused

LONGEST = 4096


@dataclass(frozen=True, slots=True)
class Profile:
    """How one scanner is set up: what it sends around the data and in place of 0x1D, and the house's own patterns."""

    prefix: str = ""
    suffix: str = ""
    separators: tuple[str, ...] = ()
    restricted: tuple[RestrictedPattern, ...] = ()


DEFAULT_PROFILE = Profile()


def parse(code: str | bytes, *, profile: Profile = DEFAULT_PROFILE, today: date) -> Barcode:
    """What the scan says. ``today`` decides the century of two-digit years.

    Errors: every code of ``refusals``.
    """
    raw = code if isinstance(code, str) else _decode(code)
    aim, carries, text = split(clean(raw, profile))
    if carries is Carries.GS1:
        return _element_string(raw, text, aim, today.year)
    if carries is Carries.UNKNOWN or carries is Carries.PLAIN:
        return _unannounced(raw, text, aim, profile, today.year)
    return _fixed_number(raw, text, aim, carries, profile)


def clean(raw: str, profile: Profile = DEFAULT_PROFILE) -> str:
    """The text without what the device adds, separators as 0x1D. Errors: ``empty``, ``too_long``.

    Not ``str.strip()``, which takes 0x1D for white space.
    """
    if len(raw) > LONGEST:
        raise refused("too_long")
    text = raw.replace("\0", "").strip("\r\n\t ")
    if profile.prefix:
        text = text.removeprefix(profile.prefix)
    if profile.suffix:
        text = text.removesuffix(profile.suffix)
    for separator in profile.separators:
        text = text.replace(separator, GS)
    if "GS" in text:
        text = text.replace("{GS}", GS).replace("<GS>", GS)
    if not text:
        raise refused("empty")
    return text


def _decode(code: bytes) -> str:
    if len(code) > 4 * LONGEST:
        raise refused("too_long")
    try:
        return code.decode()
    except UnicodeDecodeError:
        raise refused("bad_encoding") from None


def _found(
    kind: Kind, raw: str, text: str, aim: str, found: dict[str, str] | None = None, warnings: tuple[str, ...] = ()
) -> Barcode:
    if found is None:
        return Barcode(kind, raw, text, aim)
    return Barcode(kind, raw, text, aim, MappingProxyType(found), warnings)


def _element_string(raw: str, text: str, aim: str, year: int) -> Barcode:
    if text[0] == "(":
        found, warnings = elements.read_bracketed(text, year)
        return _found(Kind.ELEMENTS, raw, text, aim, found, ("literal_parentheses", *warnings))
    found, warnings = elements.read(text, year)
    return _found(Kind.ELEMENTS, raw, text, aim, found, warnings)


def _fixed_number(raw: str, text: str, aim: str, carries: Carries, profile: Profile) -> Barcode:
    """A symbol that carries one number of a known length, as its identifier says."""
    if not (text.isascii() and text.isdigit()):
        raise refused("bad_charset")
    warnings: tuple[str, ...] = ()
    addon = ""
    if carries is Carries.EAN13 and len(text) == 12:  # a scanner that cuts off the zero of a UPC-A
        text, warnings = "0" + text, ("short_ean",)
    if carries is Carries.EAN13_ADDON and len(text) in (15, 18):
        text, addon = text[:13], text[13:]
    if len(text) != (8 if carries is Carries.EAN8 else 14 if carries is Carries.ITF14 else 13):
        raise refused("bad_length")
    number = gtin.to_gtin14(text)
    if restricted.is_restricted(text):
        return _restricted(raw, text, aim, text, profile, {"addon": addon} if addon else {}, warnings)
    found = {"gtin": number}
    if addon:
        found["addon"] = addon
    if carries is Carries.ITF14 and "1" <= number[0] <= "8":
        found["level"] = number[0]
        found["base"] = gtin.base(number)
    return _found(Kind.GTIN, raw, text, aim, found, warnings)


def _restricted(
    raw: str,
    text: str,
    aim: str,
    number: str,
    profile: Profile,
    more: dict[str, str] | None = None,
    warnings: tuple[str, ...] = (),
) -> Barcode:
    found = restricted.read_restricted(number, profile.restricted or restricted.USUAL) | (more or {})
    generic = restricted.generic(number, profile.restricted)
    return Barcode(Kind.RESTRICTED, raw, text, aim, MappingProxyType(found), warnings, generic=generic)


def _unannounced(raw: str, text: str, aim: str, profile: Profile, year: int) -> Barcode:
    """Text that must show by itself what it is."""
    own = internal.decode(text)
    if own is not None:
        return Barcode(Kind.INTERNAL, raw, text, aim, internal=own)
    if digital_link.is_web_address(text):
        reading = digital_link.read(text, year)
        if reading is not None:
            return _found(Kind.DIGITAL_LINK, raw, text, aim, *reading)
    elif not aim:
        return _without_identifier(raw, text, profile, year)
    return _found(Kind.PLAIN, raw, text, aim)


def _without_identifier(raw: str, text: str, profile: Profile, year: int) -> Barcode:
    if text[0] == "(" and text[1:3] in LENGTHS and 3 <= text.find(")") <= 5:
        return _found(Kind.ELEMENTS, raw, text, "", *elements.read_bracketed(text, year))
    if text.isascii() and text.isdigit():
        number = _bare_number(raw, text, profile)
        if number is not None:
            return number
    if GS in text and text.lstrip(GS)[:2] in LENGTHS:
        return _found(Kind.ELEMENTS, raw, text, "", *elements.read(text, year))
    if _proves_itself(text):
        try:
            return _found(Kind.ELEMENTS, raw, text, "", *elements.read(text, year))
        except Refused:
            pass  # then it only looked like one
    return _found(Kind.PLAIN, raw, text, "")


def _bare_number(raw: str, text: str, profile: Profile) -> Barcode | None:
    """A key by its length, if its check digit is right; None for any other number."""
    length = len(text)
    if length == 18 and gtin.has_valid_check_digit(text):
        if not text.strip("0"):
            raise refused("zero_sscc")
        return _found(Kind.SSCC, raw, text, "", {"sscc": text})
    if length not in gtin.LENGTHS:
        return None
    if length == 8:
        return _eight_digits(raw, text, profile)
    if not gtin.has_valid_check_digit(text):
        return None
    return _valid_number(raw, text, profile)


def _eight_digits(raw: str, text: str, profile: Profile) -> Barcode | None:
    """EAN-8 or UPC-E: both have eight digits, and sometimes both check digits are right."""
    is_ean8 = gtin.has_valid_check_digit(text)
    upca = gtin.expand_upce(text)
    if upca is not None and is_ean8 and text.strip("0"):
        return Barcode(Kind.AMBIGUOUS, raw, text, candidates=(text.zfill(14), upca.zfill(14)))
    if upca is not None:
        return _valid_number(raw, upca, profile)
    return _valid_number(raw, text, profile) if is_ean8 else None


def _valid_number(raw: str, number: str, profile: Profile) -> Barcode:
    ean = "0" + number if len(number) == 12 else number
    if restricted.is_restricted(ean):
        return _restricted(raw, number, "", ean, profile)
    return _found(Kind.GTIN, raw, number, "", {"gtin": gtin.to_gtin14(number)})


def _proves_itself(text: str) -> bool:
    """Whether a text without identifier or separator begins with a whole, valid key: 00, 01 or 02."""
    length = {"00": 20, "01": 16, "02": 16}.get(text[:2])
    if length is None or len(text) < length:
        return False
    key = text[2:length]
    return key.isascii() and key.isdigit() and gtin.has_valid_check_digit(key)
