"""Trade item numbers: check digits, the 14-digit form, UPC-E, pack levels.

Sources: GS1 General Specifications 7.9 (check digits, mod 10 with weights 3 and 1 from the right), 3.3.2 (GTIN in
14 digits, filled with zeros on the left), 2.1.6 (indicator 1-8 is a pack level, 9 a variable measure), and ISO/IEC
15420 (UPC-E zero suppression). All functions take ASCII digits and are pure.
"""

from app.barcode.refusals import refused

LENGTHS = frozenset((8, 12, 13, 14))


def check_digit(body: str) -> str:
    """The mod 10 check digit that belongs behind ``body`` (digits without their check digit, any length)."""
    digits = body.encode()
    thrice, once = digits[-1::-2], digits[-2::-2]
    total = 3 * (sum(thrice) - 48 * len(thrice)) + sum(once) - 48 * len(once)
    return "0123456789"[-total % 10]


def has_valid_check_digit(number: str) -> bool:
    """Whether the last of these digits is the check digit of the others."""
    digits = number.encode()
    once, thrice = digits[-1::-2], digits[-2::-2]
    return (sum(once) - 48 * len(once) + 3 * (sum(thrice) - 48 * len(thrice))) % 10 == 0


def with_check_digit(body: str) -> str:
    """``body`` and its check digit: 12 digits give an EAN-13, 13 an ITF-14, 17 an SSCC."""
    return body + check_digit(body)


def ean13(body12: str) -> str:
    """The 13-digit GTIN of 12 digits. Errors: ``bad_length``, ``bad_charset``."""
    if not (body12.isascii() and body12.isdigit()):
        raise refused("bad_charset")
    if len(body12) != 12:
        raise refused("bad_length")
    return with_check_digit(body12)


def sscc(extension: str, company_prefix: str, serial: str) -> str:
    """The 18-digit SSCC: extension digit, company prefix, serial (zeros on the left), check digit.

    Errors: ``bad_charset``, and ``bad_length`` where the serial no longer fits behind the prefix.
    """
    body = extension + company_prefix + serial.zfill(16 - len(company_prefix))
    if not (body.isascii() and body.isdigit()):
        raise refused("bad_charset")
    if len(extension) != 1 or len(body) != 17:
        raise refused("bad_length")
    return with_check_digit(body)


def to_gtin14(number: str) -> str:
    """A GTIN of 8, 12, 13 or 14 digits in the 14 digits under which it is kept.

    Errors: ``bad_charset``, ``bad_length``, ``bad_check_digit``, ``zero_gtin``.
    """
    if not (number.isascii() and number.isdigit()):
        raise refused("bad_charset")
    if len(number) not in LENGTHS:
        raise refused("bad_length")
    if not has_valid_check_digit(number):
        raise refused("bad_check_digit")
    if not number.strip("0"):
        raise refused("zero_gtin")
    return number.zfill(14)


def level(gtin14: str) -> int | None:
    """The pack level 1-8 that the indicator digit names; None for the base unit (0) and variable measure (9)."""
    return int(gtin14[0]) if "1" <= gtin14[0] <= "8" else None


def base(gtin14: str) -> str:
    """The GTIN-14 of the unit inside: indicator 0, the same item, its own check digit.

    By convention only: a pack may also have a GTIN of its own, and then the catalog knows better.
    """
    return with_check_digit("0" + gtin14[1:13])


def expand_upce(number: str) -> str | None:
    """The 12-digit UPC-A of an 8-digit UPC-E, or None where these 8 digits are none (system or check digit wrong)."""
    if len(number) != 8 or number[0] not in "01":
        return None
    system, d, check = number[0], number[1:7], number[7]
    match d[5]:
        case "0" | "1" | "2":
            body = system + d[:2] + d[5] + "0000" + d[2:5]
        case "3":
            body = system + d[:3] + "00000" + d[3:5]
        case "4":
            body = system + d[:4] + "00000" + d[4]
        case _:
            body = system + d[:5] + "0000" + d[5]
    full = body + check
    return full if has_valid_check_digit(full) else None


def compress_upca(number: str) -> str | None:
    """The 8-digit UPC-E of a 12-digit UPC-A, or None where it has no short form."""
    if len(number) != 12 or number[0] not in "01" or not has_valid_check_digit(number):
        return None
    maker, item = number[1:6], number[6:11]
    candidates = (
        maker[:2] + item[2:] + maker[2],
        maker[:3] + item[3:] + "3",
        maker[:4] + item[4] + "4",
        maker + item[4],
    )
    for six in candidates:  # the standard's order; what expands to the same number is right
        short = number[0] + six + number[11]
        if expand_upce(short) == number:
            return short
    return None
