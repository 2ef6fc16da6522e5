"""A refusal: a rule said no, the operator can act, and nothing was changed.

A refusal carries a stable ``code`` (snake_case, part of the API) and a message that says what to *do*.
It is defined beside its rule and caught in one place at each entrance.
"""


class Refused(Exception):  # noqa: N818 - the domain's word: a refusal is an answer, not an error
    """A rule said no.

    ``code``: stable, snake_case, what programs read.
    ``message``: for the person, in their language, ending in what to do.
    ``details``: facts for programs (``ai="17"``), shown in the problem document.
    """

    status = 422

    def __init__(self, code: str, message: str, **details: object) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.details = details


class NotFound(Refused):
    """What was named does not exist (HTTP 404)."""

    status = 404


class Conflict(Refused):
    """What was asked contradicts what is already there (HTTP 409)."""

    status = 409


class Forbidden(Refused):
    """The person or token is known but may not do this (HTTP 403)."""

    status = 403
