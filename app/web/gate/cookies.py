"""The three cookies: the shift (a token), the device (a key), and the language before anybody signed in.

``__Host-`` ties a cookie to this very host and to HTTPS. On plain HTTP browsers refuse such a name, so whoever sits at
this very machine, and nobody else, goes without. That is judged by the address of whoever is connected: a Host header
says ``localhost`` from anywhere.
"""

from flask import Request, Response

from app.people.addresses import is_this_machine

SESSION = "trueshelf"
DEVICE = "trueshelf-device"
LANGUAGE = "trueshelf-language"
_LOCAL = {"localhost", "127.0.0.1", "[::1]"}
A_YEAR = 365 * 24 * 3600


def may_keep_secrets(request: Request) -> bool:
    """Whether a cookie can be kept from others here: HTTPS, or this very machine."""
    return request.is_secure or _is_local(request)


def read(request: Request, name: str) -> str:
    """A cookie's value, empty where there is none."""
    return request.cookies.get(_full(request, name), "")


def write(request: Request, response: Response, name: str, value: str, *, seconds: int | None = None) -> None:
    """Set a cookie that no script can read and no other site can send; without ``seconds`` it ends with the browser."""
    response.set_cookie(
        _full(request, name),
        value,
        max_age=seconds,
        path="/",
        secure=not _is_plain(request),
        httponly=True,
        samesite="Strict",
    )


def remove(request: Request, response: Response, name: str) -> None:
    """Make the browser forget a cookie."""
    response.delete_cookie(
        _full(request, name), path="/", secure=not _is_plain(request), httponly=True, samesite="Strict"
    )


def _full(request: Request, name: str) -> str:
    return name if _is_plain(request) else f"__Host-{name}"


def _is_plain(request: Request) -> bool:
    return not request.is_secure and _is_local(request)


def _is_local(request: Request) -> bool:
    is_named_so = request.host.rsplit(":", 1)[0] in _LOCAL or request.host in _LOCAL
    return is_named_so and not is_forwarded(request) and is_this_machine(request.remote_addr or "")


def is_forwarded(request: Request) -> bool:
    """Whether a proxy brought this: then whoever asks is elsewhere, whatever address it says."""
    return "X-Forwarded-For" in request.headers
