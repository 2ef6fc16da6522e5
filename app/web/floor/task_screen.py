"""What a job's screen shows of its prompt, and which of the ways on gets which button."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask

from app.floor.kinds import KINDS
from app.language import _

Way = Mapping[str, Any]
_STRAIGHT = ("quantity", "done", "confirm", "empty", "close")
_FITS_LARGE, _FITS_MEDIUM = 7, 9  # characters on a handheld's width


def install(flask: Flask) -> None:
    """Teach the templates of a job's screen these two."""
    flask.jinja_env.globals.update(prompt_screen=prompt_screen, action_screen=action_screen)


@dataclass(frozen=True, slots=True)
class PromptScreen:
    """A figure stands once on a screen: what is in huge type is not said again beside it.

    ``size``: of the huge type, s, m or l for few, more or many characters. ``is_tally``: units are being counted, and
    how far it is stands below. ``units``: how many, in large type; nothing where the huge value says so."""

    huge: str
    size: str
    is_tally: bool
    is_fraction: bool
    sku: str
    units: int | None
    facts: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class ActionScreen:
    """``primary`` is the wide button, with its pad or without; ``quantity`` another number beside it; ``problems``
    stand in their own sheet. ``label_code``: the carton whose label can be had again."""

    undo: Way | None
    primary: Way | None
    has_pad: bool
    quantity: Way | None
    problems: list[Way]
    label_code: str


def prompt_screen(prompt: Mapping[str, Any]) -> PromptScreen:
    """The screen of a prompt that waits for something."""
    expects, counted, quantity = prompt["expects"], prompt.get("counted"), prompt.get("quantity")
    huge = "" if prompt.get("value") is None else str(prompt["value"])
    sku = str(prompt.get("sku") or "")
    is_fraction = " / " in huge
    is_of_units = "item" in expects or "serial" in expects
    units = counted if counted and "item" not in expects else quantity
    is_said = not units or str(units) == huge or is_fraction or decides(prompt)
    return PromptScreen(
        huge=huge,
        size="s" if len(huge) <= _FITS_LARGE else "m" if len(huge) <= _FITS_MEDIUM else "l",
        is_tally=bool(quantity and counted is not None and is_of_units and (is_fraction or counted)),
        is_fraction=is_fraction,
        sku="" if sku == huge else sku,
        units=None if is_said else units,
        facts=_facts(prompt, huge),
    )


def action_screen(answer: Mapping[str, Any]) -> ActionScreen:
    """The buttons below a prompt.

    The straight way comes first in the list: ending a delivery early is no button to hit by habit. A count and a move
    end by it. An action that leads the list is the way on: what is gone is left out, a carton that must not leave is
    set aside."""
    prompt, kind = answer["prompt"], KINDS[answer["task"]["kind"]]
    ways: list[Way] = prompt.get("ways") or []
    actions = [way for way in ways if way.get("action")]
    straight = next((way for way in actions if way["action"] in _STRAIGHT), None)
    quantity = next((way for way in actions if way["action"] == "quantity"), None)
    is_straight = straight is not None and (straight is ways[0] or kind.is_ended_by_hand)
    primary = straight if is_straight else _leading(prompt, ways) or quantity
    is_all = bool(is_straight and primary and primary["action"] == "quantity" and primary.get("quantity"))
    is_beside = quantity is not None and primary is not None and (is_all or quantity is not primary)
    return ActionScreen(
        undo=next((way for way in actions if way["action"] == "undo"), None),
        primary=primary,
        has_pad=not is_all,
        quantity=quantity if is_beside else None,
        problems=[] if decides(prompt) else [way for way in actions if _is_problem(way, primary)],
        label_code=str(prompt.get(kind.label_of) or "") if kind.label_of else "",
    )


def decides(prompt: Mapping[str, Any]) -> bool:
    """Whether a person decides here: the choices are the screen, and no sheet hides them."""
    return "disposition" in prompt["expects"] or "reason" in prompt["expects"]


def _leading(prompt: Mapping[str, Any], ways: list[Way]) -> Way | None:
    first = ways[0] if ways else {}
    return None if decides(prompt) or first.get("action") in (None, "", "undo") else first


def _is_problem(way: Way, primary: Way | None) -> bool:
    if way["action"] == "undo":
        return False
    return primary is None or (way is not primary and way["action"] != "quantity")


def _facts(prompt: Mapping[str, Any], huge: str) -> list[tuple[str, str]]:
    container = prompt.get("container")
    named = [
        (_("Bin"), prompt.get("location")),
        (_("Container"), None if container == prompt.get("location") else container),
        (_("Lot"), prompt.get("lot")),
        (_("Expiry"), prompt.get("expiry")),
        (_("To"), prompt.get("target")),
    ]
    known = [] if decides(prompt) else [(label, str(fact)) for label, fact in named if fact and str(fact) != huge]
    return known + [(label, fact) for label, fact in prompt.get("detail") or []]
