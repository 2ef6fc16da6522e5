"""The sandbox in which a label's texts are written.

A template may join, choose and format its fields with Jinja; it reaches nothing else of the program. What a field
holds is never read as Jinja: ``{{7*7}}`` in an item's name is printed as it stands.
"""

from collections.abc import Mapping
from functools import lru_cache

import jinja2
import jinja2.meta
from jinja2.sandbox import ImmutableSandboxedEnvironment

from app.language import _

# What a wrong template can raise while it is compiled or filled in.
ERRORS = (jinja2.TemplateError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError)

_environment = ImmutableSandboxedEnvironment(undefined=jinja2.StrictUndefined, autoescape=False)
_environment.globals.clear()
_environment.globals["_"] = _  # fixed words on a label speak the operator's language


def write(source: str, fields: Mapping[str, str]) -> str:
    """``source`` with its fields filled in; raises one of ``ERRORS``."""
    return _compiled(source).render(fields)


def fields_used(source: str) -> frozenset[str]:
    """The fields that a source asks for; raises one of ``ERRORS`` where it is not Jinja."""
    return frozenset(jinja2.meta.find_undeclared_variables(_environment.parse(source))) - {"_"}


@lru_cache(maxsize=512)
def _compiled(source: str) -> jinja2.Template:
    return _environment.from_string(source)
