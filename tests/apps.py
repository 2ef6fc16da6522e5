"""What every app of this process has in common is worked out once.

Each test has an app of its own, made by ``create_app`` like any other; but some two thousand of them would write the
same functions and compile the same templates again. Measured, in processor time: 45 ms for each app, and 4 ms so; and
as much again for the pages that a test of the screens asks for.
"""

import atexit
import gc
from collections.abc import Iterator
from contextlib import contextmanager
from types import MethodType
from typing import ClassVar

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import Engine
from werkzeug.routing import Rule

from app.config import Settings
from app.db import db
from app.factory import create_app


class RememberedRule(Rule):
    """werkzeug takes each address apart and writes two functions that build it: what it makes of a text is the same."""

    _first: ClassVar[dict[str, Rule]] = {}

    def compile(self) -> None:
        assert not self.defaults, "they would be written into the functions"
        first = self._first.get(self.rule)
        if first is None:
            super().compile()
            self._first[self.rule] = self
            return
        self.arguments, self._converters = first.arguments, first._converters
        self._parts, self._trace = first._parts, first._trace
        self._build, self._build_unknown = (
            MethodType(written.__func__, self)  # type: ignore[attr-defined]
            for written in (first._build, first._build_unknown)
        )


class RememberedTemplates(BytecodeCache):
    """Jinja asks for a template by its name and a checksum of its text; what it gets is Python's bytecode."""

    def __init__(self) -> None:
        self._known: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._known:
            bucket.bytecode_from_string(self._known[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._known[bucket.key] = bucket.bytecode_to_string()


_templates = RememberedTemplates()
_first: dict[str, Engine] = {}
Flask.url_rule_class = RememberedRule

# What is loaded by now stays: the garbage collector looked through it again and again, a fifth of the time. At the end
# it goes as always, or else the libraries written in C++ complain.
gc.collect()
gc.freeze()
atexit.register(gc.unfreeze)


@contextmanager
def made_with(settings: Settings) -> Iterator[Flask]:
    """The whole app, as the program makes it, with what others of its kind have worked out before."""
    app = create_app(settings)
    app.jinja_env.bytecode_cache = _templates
    with app.app_context():
        engine = db.engine
    _share_compiled(engine)
    yield app
    engine.dispose()


def _share_compiled(engine: Engine) -> None:
    """Let every engine of one kind use the statements that the first of them compiled.

    Measured: a test of the floor spends a quarter of its time compiling the same statements anew. The cache is keyed by
    the dialect object, so the engines share that too; what it knows of the server is the same for all of them.
    """
    first = _first.setdefault(engine.dialect.name, engine)
    engine.dialect, engine._compiled_cache = first.dialect, first._compiled_cache
