"""PINs and passwords that are tried first by whoever guesses, and so are refused.

The list is made here, of what a hand does on a keypad and what people are known to choose; it is short on purpose.
Tries are counted (``sign_in``), so what must go is what a handful of guesses would find.
"""

import re
from itertools import pairwise

PINS = frozenset((
    "0852", "1004", "1379", "1397", "2580", "1973", "3971", "7139", "9731", "5683", "0007", "2000", "2001", "1945",
    "1984", "1988", "1990", "2010", "2020", "2023", "2024", "2025", "2026", "1470", "3690", "7410", "147258",
    "258369", "147369", "159357", "159753", "357159", "456789", "741852", "789456", "852456", "963852", "147852",
    "112358", "314159", "271828", "31415926", "11235813", "12345679", "14725836", "73313731", "20002000", "13792580",
))  # fmt: skip
"""Columns, corners and crosses of a keypad, years that many were born in or signed up in, numbers known from school."""

PASSWORDS = (
    "password", "passwort", "passphrase", "letmein", "welcome", "willkommen", "qwerty", "qwertz", "asdfgh", "yxcvbn",
    "zxcvbn", "iloveyou", "ichliebedich", "trustno1", "changeme", "geheim", "secret", "default", "football", "fussball",
    "baseball", "sunshine", "princess", "dragon", "monkey", "master", "admin", "administrator", "login", "warehouse",
    "correcthorsebatterystaple", "thequickbrownfoxjumpsoverthelazydog", "loremipsumdolorsitamet",
    "1q2w3e4r5t", "qazwsxedc", "iforgotmypassword", "mypassword", "thisismypassword", "supersecret", "opensesame",
    "tobeornottobe", "starwars", "maytheforcebewithyou", "batman", "superman", "summer", "winter", "spring", "autumn",
)  # fmt: skip
"""Words of which passwords are made: what is left when they are taken out must still be worth guessing."""

_DIGITS = "01234567890"
_ROWS = ("abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "qwertzuiop", "asdfghjkl", "zxcvbnm", "yxcvbnm", _DIGITS)
_RUN = 4


def is_common_pin(pin: str) -> bool:
    """One digit again and again, one group again and again (1212, 123123), pairs in a row (1122), a run up or down
    (1234, 98765, also over the nought), the same back as forth (1221), or one of ``PINS``."""
    if pin in PINS or pin == pin[::-1] or re.fullmatch(r"(\d{1,4})\1+", pin):
        return True
    halves = pin[::2], pin[1::2]
    if halves[0] == halves[1]:  # 1122, 113355: every digit twice
        return True
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    return steps in ({1}, {9})


def without_common(password: str) -> str:
    """What is left of a password, in small letters, without the words, runs and repetitions that guessers try first."""
    rest = password.casefold()
    plain = rest.translate(str.maketrans("013457@$!", "oleastasi"))  # p4$$w0rd is password
    for word in sorted(PASSWORDS, key=len, reverse=True):  # administrator before admin
        while (at := plain.find(word)) >= 0 or (at := rest.find(word)) >= 0:
            rest, plain = rest[:at] + rest[at + len(word) :], plain[:at] + plain[at + len(word) :]
    for row in _ROWS:
        for way in (row, row[::-1]):
            for length in range(len(way), _RUN - 1, -1):
                for start in range(len(way) - length + 1):
                    rest = rest.replace(way[start : start + length], "")
    return re.sub(r"(.+?)\1+", r"\1", rest)
