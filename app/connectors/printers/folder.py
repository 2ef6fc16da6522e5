"""A folder in the data folder: labels as files, for trying out, and for whatever program takes them from there."""

import os
import re
import time
import uuid
from pathlib import Path

from app.language import _
from app.ports import Health, PrintError, Receipt

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


class Folder:
    """Each job is one file, whole or not there."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def send(self, address: str, data: bytes, *, title: str, has_answered: bool) -> Receipt:
        ending = "pdf" if data.startswith(b"%PDF") else "zpl"
        name = f"{time.time_ns()}-{re.sub(r'[^A-Za-z0-9-]+', '-', title)[:60]}.{ending}"
        try:
            folder = self._folder(address)
            folder.mkdir(parents=True, exist_ok=True)
            draft = folder / f".{uuid.uuid4().hex}"
            draft.write_bytes(data)
            os.replace(draft, folder / name)
        except OSError as error:
            raise PrintError(_("The folder cannot be written: %(why)s.", why=error)) from error
        return Receipt(is_done=True, health=Health(state="ready", answers=True))

    def health(self, address: str, *, has_answered: bool) -> Health:
        folder = self._folder(address)
        usable = os.access(folder if folder.is_dir() else self.root.parent, os.W_OK)
        return Health(state="ready" if usable else "offline", answers=True)

    def _folder(self, address: str) -> Path:
        if not _NAME.fullmatch(address):
            raise PrintError(
                _("“%(address)s” isn't a folder name. Use letters, digits, - and _.", address=address),
                is_permanent=True,
            )
        return self.root / address
