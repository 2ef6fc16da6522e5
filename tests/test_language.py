"""Every sentence of the program stands in every catalog, as the translators meant it, and reaches the screen.

The sentences are collected from the source here, as ``make messages`` does: a sentence that was added and not yet
translated is a red test and not English in the middle of a German screen.
"""

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from app.control import adjustments
from app.floor.inspect import decision
from app.labels.template import templates
from app.language import DEFAULT, LANGUAGES, _, choose, current, ngettext, use
from app.ledger.models import CONDITIONS
from app.people.actor import Actor
from app.people.models import ROLES
from app.places import models as places
from app.refusal import Forbidden
from app.tasks import kinds as tasks
from app.tasks.queue import require_role
from app.words import WORDS, word

if TYPE_CHECKING:
    from flask.testing import FlaskClient

ROOT = Path(__file__).resolve().parents[1]
OTHERS = [language for language in LANGUAGES if language != DEFAULT]
FOLDERS = ("app", "templates", "label_templates")
every_language = pytest.mark.parametrize("language", OTHERS)

PICK_JOBS = ("%(num)s pick job was opened.", "%(num)s pick jobs were opened.")

Sentence = str | tuple[str, ...]


@cache
def collected() -> dict[Sentence, set[str]]:
    """Every sentence of the source, and the files that say it."""
    mappings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["babel"]["mappings"]
    methods = [(one.pop("pattern"), one.pop("method"), one) for one in mappings]
    found: dict[Sentence, set[str]] = {}
    for file, _line, message, _comments, _context in extract_from_dir(
        ROOT,
        [(pattern, method) for pattern, method, _options in methods],
        {pattern: options for pattern, _method, options in methods},
        directory_filter=lambda folder: Path(folder).relative_to(ROOT).parts[0] in FOLDERS,
    ):
        found.setdefault(message if isinstance(message, str) else tuple(message), set()).add(file)
    return found


@cache
def catalog(language: str) -> Catalog:
    with (ROOT / "app" / "translations" / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def pairs(language: str) -> Iterator[tuple[str, str]]:
    """Each English sentence beside its translation; a plural form beside the English plural."""
    for message in catalog(language):
        if isinstance(message.id, str):
            assert isinstance(message.string, str)
            if message.id:
                yield message.id, message.string
        else:
            for number, text in enumerate(message.string):
                yield message.id[min(number, 1)], text


def told(message: Message | None) -> bool:
    if message is None:
        return False
    return bool(message.string) if isinstance(message.string, str) else all(message.string)


def test_the_collection_sees_the_program_the_screens_and_the_labels() -> None:
    for sentence, file in [
        ("Nothing was read. Scan it again.", "app/barcode/refusals.py"),
        ("Scan your badge", "templates/floor/sign_in.html"),
        ("Licence plate", "label_templates/lpn.toml"),
    ]:
        assert file in collected()[sentence]


def test_no_sentence_in_the_program_stands_where_the_collection_cannot_see_it() -> None:
    """Such as inside an f-string."""
    seen = {text for sentence in collected() for text in ([sentence] if isinstance(sentence, str) else sentence)}
    for path in sorted((ROOT / "app").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("_", "N_", "ngettext"):
                first = node.args[0]
                if isinstance(first, ast.JoinedStr):
                    pytest.fail(f"{path.relative_to(ROOT)}:{node.lineno} translates an f-string")
                if isinstance(first, ast.Constant):
                    assert first.value in seen, f"{path.relative_to(ROOT)}:{node.lineno}"


@every_language
def test_every_sentence_is_translated(language: str) -> None:
    known = catalog(language)
    missing = {sentence: files for sentence, files in collected().items() if not told(known.get(sentence))}
    assert not missing, f"run make messages and translate {len(missing)}: {missing}"


@every_language
def test_no_translation_is_a_guess_or_left_over(language: str) -> None:
    assert [message.id for message in catalog(language) if message.id and message.fuzzy] == []
    assert [message.id for message in catalog(language) if message.id and message.id not in collected()] == []


@every_language
def test_a_translation_has_the_same_blanks_to_fill_in(language: str) -> None:
    for english, text in pairs(language):
        blanks = [sorted(re.findall(r"%\((\w+)\)[sd]|\{(\w+)\}", one)) for one in (english, text)]
        assert blanks[0] == blanks[1], text
        if "%(" in text:
            assert text % dict.fromkeys(re.findall(r"%\((\w+)\)", english), "x"), text


@every_language
def test_a_translation_ends_as_the_sentence_does(language: str) -> None:
    """The same spaces at both ends, the same full stop: sentences are joined on some screens."""

    def ends(sentence: str) -> tuple[str, str, str]:
        inside = sentence.strip()
        start, stop = sentence.split(inside) if inside else ("", "")
        return start, inside[-1:] if inside[-1:] in ".:?…" else "", stop

    for english, text in pairs(language):
        assert ends(english) == ends(text), text


def test_a_code_that_a_screen_shows_has_its_word() -> None:
    kept = {*CONDITIONS, *ROLES, *tasks.ROLES, *places.KINDS, *adjustments.REASONS, *decision.REASONS}
    assert kept - set(WORDS) == set()
    assert {label.title for label in templates()} - set(WORDS) == set()
    with use("de"):
        assert word("quarantine") == "Quarantäne"
        assert word("came back wet") == "came back wet"


def test_a_refusal_names_the_work_in_the_operators_language() -> None:
    picker = Actor(operator_id=1, name="Mia", roles=frozenset({"picker"}))
    with use("de"), pytest.raises(Forbidden) as refusal:
        require_role(picker, "receive")
    assert "(Eingang)" in refusal.value.message
    assert refusal.value.details["kind"] == "receive", "programs read the code"


def test_german_tells_what_to_do_and_names_nobody() -> None:
    for _english, text in pairs("de"):
        assert not re.search(r"\b([Dd]u|[Dd]ich|[Dd]ir|[Dd]ein\w*|Ihnen|Ihre?\w*|[Bb]itten? Sie)\b", text), text


def test_an_unknown_language_falls_back_to_english() -> None:
    with use("xx"):
        assert current() == DEFAULT
        assert _("Not allowed") == "Not allowed"
    with use("de"):
        choose("nonsense")
        assert _("Not allowed") == "Not allowed"


def test_a_sentence_that_no_catalog_has_is_said_in_english() -> None:
    with use("de"):
        assert _("A sentence %(of)s nobody.", of="of") == "A sentence of nobody."


def test_one_is_one_and_the_others_are_many() -> None:
    said = {}
    for language in ("en", "de"):
        with use(language):
            said[language] = [ngettext(*PICK_JOBS, number) for number in (0, 1, 2)]
    assert said["en"] == ["0 pick jobs were opened.", "1 pick job was opened.", "2 pick jobs were opened."]
    assert said["de"] == [
        "0 Pickaufgaben wurden angelegt.", "1 Pickaufgabe wurde angelegt.", "2 Pickaufgaben wurden angelegt.",
    ]  # fmt: skip


class Words(HTMLParser):
    """What a person can see or hear of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.words: set[str] = set()
        self.feed(text)

    def handle_data(self, data: str) -> None:
        self.words.add(" ".join(data.split()))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.words |= {value for name, value in attrs if value and name not in ("id", "class", "name", "href")}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_sign_in_page_speaks_german_throughout(client: "FlaskClient") -> None:
    frame = {"templates/base.html", "templates/floor/screen.html", "templates/floor/sign_in.html"}
    german = catalog("de")
    english = {
        sentence
        for sentence, files in collected().items()
        if isinstance(sentence, str) and files & frame and "%(" not in sentence
        if (message := german.get(sentence)) and message.string != sentence
    }
    assert len(english) > 10
    page = {language: client.get(f"/sign-in?lang={language}").text for language in ("en", "de")}
    assert len(Words(page["en"]).words & english) > 10
    assert not Words(page["de"]).words & english
    assert '<html lang="de"' in page["de"]
    assert "Ausweis scannen" in Words(page["de"]).words
