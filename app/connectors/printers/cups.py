"""The host's own CUPS, by its ``lp``: whatever printer its administrator has set up there."""

import re
import shutil
import subprocess

from app.language import _
from app.ports import Health, PrintError, Receipt

_QUEUE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,126}")
_SECONDS = 15


class Cups:
    """A queue of the host. Its name is one word of an argument list; no shell reads it."""

    def send(self, address: str, data: bytes, *, title: str, has_answered: bool) -> Receipt:
        command = [_found("lp"), "-d", _queue(address), "-t", re.sub(r"[^\w .-]", "_", title)[:100]]
        if not data.startswith(b"%PDF"):
            command += ["-o", "raw"]
        try:
            done = subprocess.run(  # noqa: S603 - an argument list, its one foreign word judged
                command, input=data, capture_output=True, timeout=_SECONDS + len(data) / 100_000, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise PrintError(_("CUPS does not answer. Look at the print server."), bytes_sent=len(data)) from error
        if done.returncode != 0:
            why = done.stderr.decode("utf-8", "replace").strip()[:200]
            raise PrintError(_("CUPS refused the label: %(why)s", why=why))
        return Receipt(is_done=False, health=Health(state="ready"))

    def health(self, address: str, *, has_answered: bool) -> Health:
        command = [_found("lpstat"), "-p", _queue(address)]
        try:
            done = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False)  # noqa: S603 - as above
        except subprocess.TimeoutExpired:
            return Health(state="offline")
        if done.returncode != 0:
            return Health(state="offline")
        is_off = b"disabled" in done.stdout
        return Health(state="attention" if is_off else "ready", problems=("paused",) if is_off else (), answers=True)


def _queue(address: str) -> str:
    if not _QUEUE.fullmatch(address):
        raise PrintError(_("“%(address)s” is no name of a CUPS queue.", address=address), is_permanent=True)
    return address


def _found(program: str) -> str:
    path = shutil.which(program)
    if path is None:
        raise PrintError(
            _("There is no CUPS on this host (Debian: cups-client). Use the printer's IPP address."), is_permanent=True
        )
    return path
