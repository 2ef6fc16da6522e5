"""Ways to a printer, one file each: raw TCP, IPP, the host's own CUPS, a folder, the browser."""

from app.config import Settings
from app.connectors.printers.browser import Browser
from app.connectors.printers.cups import Cups
from app.connectors.printers.folder import Folder
from app.connectors.printers.ipp import Ipp
from app.connectors.printers.network import Neighbourhood
from app.connectors.printers.raw_tcp import RawTcp
from app.ports import Printer


def printers(settings: Settings) -> dict[str, Printer]:
    """Every way by its name, as a printer's ``kind`` says it."""
    near = Neighbourhood(
        networks=settings.printer_networks, ports=frozenset(int(port) for port in settings.printer_ports)
    )
    return {
        "tcp": RawTcp(near),
        "ipp": Ipp(near),
        "cups": Cups(),
        "folder": Folder(settings.data_dir / "printouts"),
        "browser": Browser(),
    }
