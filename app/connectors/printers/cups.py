"""The host's own CUPS, by its ``lp``: whatever printer its administrator has set up there."""

import os
import re
import shutil
import subprocess
import time

from app.language import _
from app.ports import Health, PrintError, Receipt

_QUEUE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,126}")
SECONDS = 5.0
LEAVE_SECONDS = 8.0
"""What a job that CUPS can hand on takes at most; with every question it stays below the lease of
``labels.delivery``."""
POLL_SECONDS = 0.2


class Cups:
    """A queue of the host. Its name is one word of an argument list; no shell reads it."""

    def send(self, address: str, data: bytes, *, title: str, has_answered: bool) -> Receipt:
        health = self.health(address, has_answered=True)
        if health.state == "attention":  # a stopped queue takes the job and keeps it: nothing would come out
            raise PrintError(
                _("CUPS has stopped the queue %(queue)s. Look at the printer.", queue=address), health=health
            )
        command = [_found("lp"), "-d", _queue(address), "-t", re.sub(r"[^\w .-]", "_", title)[:100]]
        if not data.startswith(b"%PDF"):
            command += ["-o", "raw"]
        try:
            said = _told(command, data, seconds=SECONDS + len(data) / 100_000)
        except subprocess.TimeoutExpired as error:
            raise PrintError(_("CUPS does not answer. Look at the print server."), bytes_sent=len(data)) from error
        if said.returncode != 0:
            why = said.stderr.decode("utf-8", "replace").strip()[:200]
            raise PrintError(_("CUPS refused the label: %(why)s", why=why))
        has_left = self._has_left(address, said.stdout)
        health = self.health(address, has_answered=True)
        if not has_left and health.state == "ready":
            health = Health(state="attention", problems=("waiting",), answers=True)
        return Receipt(is_done=False, health=health)

    def health(self, address: str, *, has_answered: bool) -> Health:
        try:
            said = _told([_found("lpstat"), "-p", _queue(address)])
        except subprocess.TimeoutExpired:
            return Health(state="offline")
        if said.returncode != 0:
            return Health(state="offline")
        is_off = b" disabled " in said.stdout.partition(b"\n")[0]
        return Health(state="attention" if is_off else "ready", problems=("paused",) if is_off else (), answers=True)

    def _has_left(self, address: str, said: bytes) -> bool:
        """Whether the job goes from CUPS to the printer within a few seconds. It may have been given up there, too:
        ``lpstat`` does not tell, so it never counts as printed."""
        found = re.search(rb"([\w.-]+-\d+) \(", said)
        if found is None:
            return False
        deadline = time.monotonic() + LEAVE_SECONDS
        while time.monotonic() < deadline:
            try:
                waiting = _told([_found("lpstat"), "-o", address])
            except subprocess.TimeoutExpired:
                return False
            if found[1] not in waiting.stdout.split():
                return True
            time.sleep(POLL_SECONDS)
        return False


def _told(command: list[str], data: bytes = b"", *, seconds: float = SECONDS) -> "subprocess.CompletedProcess[bytes]":
    """What a program of CUPS says, in English, whatever the host speaks. Errors: ``subprocess.TimeoutExpired``."""
    return subprocess.run(  # noqa: S603 - an argument list, its one foreign word judged
        command, input=data, capture_output=True, timeout=seconds, check=False, env={**os.environ, "LC_ALL": "C"}
    )


def _queue(address: str) -> str:
    if not _QUEUE.fullmatch(address):
        raise PrintError(_("“%(address)s” isn't the name of a CUPS queue.", address=address), is_permanent=True)
    return address


def _found(program: str) -> str:
    path = shutil.which(program)
    if path is None:
        raise PrintError(
            _("There is no CUPS on this host (Debian: cups-client). Use the printer's IPP address."), is_permanent=True
        )
    return path
