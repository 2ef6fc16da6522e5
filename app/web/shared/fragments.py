"""Parts of a page: htmx is given the part that it will replace, everybody else the whole page. Nobody else asks.

A part is a block of the page's own template, and the block's name is the id of its root element. htmx says which
element it will replace; where the page has a block of that name, that block is drawn and nothing around it. A form
that is sent without script, a reload and the back button get the whole page from the same template.
"""

from typing import Any

from flask import Flask, Response, current_app, make_response, redirect, render_template
from flask_htmx import HTMX
from werkzeug.wrappers import Response as WerkzeugResponse

htmx = HTMX()
_SAID = "#said"
_OF_FRAME: dict[str, set[str]] = {"office/": {"desk"}}
"""Blocks of the frame that the pages of a folder stand in; a page's own are read off its template."""


def install(flask: Flask) -> None:
    """Know htmx's requests, and tell caches that they are answered otherwise."""
    htmx.init_app(flask)
    flask.after_request(_vary)


def page(template: str, **values: Any) -> str:
    """A page, or the part of it that htmx asked for."""
    return render_template(template, part=_part_of(template), **values)


def refused(html: str, status: int) -> Response:
    """A form as it was filled in, with what is wrong. htmx shows it in the form's place: to it, every "no" is 422."""
    response = make_response(html, 422 if htmx else status)
    response.headers["HX-Push-Url"] = "false"  # nothing can be read at the address of a form
    return response


def go_to(address: str) -> WerkzeugResponse:
    """On to another page, which has other scripts than this one: a redirect, or htmx's word for it."""
    if htmx:
        return make_response("", 200, {"HX-Redirect": address})
    return redirect(address, 303)


def say(response: Response) -> Response:
    """Show a refusal where the page says such things, instead of in the place of what was asked for."""
    response.headers["HX-Retarget"] = _SAID
    response.headers["HX-Reswap"] = "innerHTML"
    return response


def _part_of(template: str) -> str:
    if not htmx or htmx.history_restore_request:
        return ""
    target = htmx.target or ""
    of_frame = next((parts for folder, parts in _OF_FRAME.items() if template.startswith(folder)), set())
    return target if target in {*current_app.jinja_env.get_template(template).blocks, *of_frame} else ""


def _vary(response: Response) -> Response:
    if response.mimetype == "text/html":
        response.vary.update(["HX-Request", "HX-Target"])
    return response
