"""The browser as a printer: nothing is sent; a person opens the label, prints it, and is asked whether it came out."""

from app.language import _
from app.ports import Health, PrintError, Receipt


class Browser:
    """Always there, and never called: its jobs wait until somebody opens them."""

    def send(self, address: str, data: bytes, *, title: str, has_answered: bool) -> Receipt:
        raise PrintError(_("This label is opened and printed in the browser."), is_permanent=True)

    def health(self, address: str, *, has_answered: bool) -> Health:
        return Health(state="ready", answers=True)
