"""Pictures of items, out of the folder ``pictures`` in the data folder: an ``image_url`` of /pictures/mug.webp.

Our pages load nothing from other servers (the policy in ``security``), so a shop's picture is copied here to be seen.
"""

from pathlib import PurePosixPath

from flask import Blueprint, Response, send_from_directory

from app.language import _
from app.refusal import NotFound
from app.web.gate.access import allow
from app.web.gate.security import settings

pages = Blueprint("pictures", __name__)
_KINDS = {
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
}
_SECONDS = 3600


@pages.get("/pictures/<path:name>")
@allow(any_role=True)
def picture(name: str) -> Response:
    """One picture, said to be what its name says, whatever is in it. Errors: ``not_found``."""
    kind = _KINDS.get(PurePosixPath(name).suffix.lower())
    if kind is None:
        raise NotFound("not_found", _("There is no such picture. Go back."))
    response = send_from_directory((settings().data_dir / "pictures").resolve(), name, mimetype=kind, conditional=True)
    response.headers["Cache-Control"] = f"private, max-age={_SECONDS}"
    return response
