"""The operator's language: every sentence a person reads goes through ``_``.

The catalogs are gettext ``.po`` files under ``app/translations/<language>/LC_MESSAGES``; they are compiled in
memory when first used, so that nobody needs a build step. The entrance (a request, a command) chooses the
language with ``use``; below it, any rule that refuses speaks that language without knowing of HTTP.
"""

import gettext as _gettext
import io
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

LANGUAGES = {"en": "English", "de": "Deutsch"}
DEFAULT = "en"
_FOLDER = Path(__file__).parent / "translations"
_chosen: ContextVar[str] = ContextVar("language", default=DEFAULT)


@cache
def _catalog(language: str) -> _gettext.NullTranslations:
    source = _FOLDER / language / "LC_MESSAGES" / "messages.po"
    if not source.exists():
        return _gettext.NullTranslations()
    compiled = io.BytesIO()
    with source.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return _gettext.GNUTranslations(compiled)


def current() -> str:
    """The language code in use, such as ``de``."""
    return _chosen.get()


def choose(language: str) -> None:
    """Speak ``language`` from here on in this context; an unknown one falls back to English."""
    _chosen.set(language if language in LANGUAGES else DEFAULT)


@contextmanager
def use(language: str) -> Iterator[None]:
    """Speak ``language`` inside the block."""
    token = _chosen.set(language if language in LANGUAGES else DEFAULT)
    try:
        yield
    finally:
        _chosen.reset(token)


def _(message: str, /, **values: object) -> str:
    """The sentence in the operator's language, with ``%(name)s`` filled in."""
    text = _catalog(_chosen.get()).gettext(message)
    return text % values if values else text


def ngettext(singular: str, plural: str, number: int, /, **values: object) -> str:
    """As ``_``, choosing the plural form for ``number``, which the sentence may use as ``%(num)s``."""
    text = _catalog(_chosen.get()).ngettext(singular, plural, number)
    return text % {"num": number, **values}


def N_(message: str, /) -> str:  # noqa: N802 - gettext's own name for "extract, translate later"
    """Mark a sentence for extraction where it stands, to be translated with ``_`` where it is shown."""
    return message


def amount(money: Decimal, /) -> str:
    """An amount with two decimals, as the operator's language writes it: one installation has one currency, unsaid."""
    return format_decimal(money, format="#,##0.00", locale=_chosen.get())


def in_words(day: date, /) -> str:
    """A day with its month's name, as the operator's language writes it; English as at home: 31 December 2027."""
    return format_date(day, "long", locale="en_GB" if current() == "en" else current())
