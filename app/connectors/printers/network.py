"""Which addresses may be called: printers stand in the networks and on the ports that the installation names.

A name is resolved once, every address of it is judged, and the connection goes to the address that was judged, so that
a name that changes its mind between two questions leads nowhere.
"""

import socket
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from app.language import _
from app.ports import PrintError

CONNECT_SECONDS = 3.0


@dataclass(frozen=True)
class Neighbourhood:
    """The networks (``192.168.7.0/24``) and ports that are called at all."""

    networks: Sequence[str]
    ports: frozenset[int]

    def connect(self, address: str, *, default_port: int) -> socket.socket:
        """A connection to ``host``, ``host:port``, ``[v6]:port``. Errors: ``PrintError``, permanent where forbidden."""
        host, port = split(address, default_port=default_port)
        target = self._judged(host, port, asked=address)
        try:
            line = socket.create_connection(target, timeout=CONNECT_SECONDS)
        except OSError as error:
            raise PrintError(_("No printer answers at %(address)s: %(why)s.", address=address, why=error)) from error
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return line

    def _judged(self, host: str, port: int, *, asked: str) -> tuple[str, int]:
        if port not in self.ports:
            raise PrintError(
                _("Port %(port)s is not allowed. Choose %(ports)s, or set TRUESHELF_PRINTER_PORTS.",
                  port=port, ports=", ".join(map(str, sorted(self.ports)))),
                is_permanent=True,
            )  # fmt: skip
        try:
            found = {str(row[4][0]) for row in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
        except (OSError, UnicodeError) as error:
            raise PrintError(_("There is no %(host)s here. Correct the address.", host=host)) from error
        if not found or not all(self._is_near(each) for each in found):
            raise PrintError(
                _("%(address)s is not in a network for printers. Set TRUESHELF_PRINTER_NETWORKS if it should be.",
                  address=asked),
                is_permanent=True,
            )  # fmt: skip
        return min(found), port

    def _is_near(self, text: str) -> bool:
        address = ip_address(text.partition("%")[0])
        if isinstance(address, IPv6Address) and address.ipv4_mapped:
            address = address.ipv4_mapped
        return any(address in ip_network(network) for network in self.networks)


def split(address: str, *, default_port: int) -> tuple[str, int]:
    """Host and port. Errors: ``PrintError`` (permanent) for what is no address."""
    try:
        parts = urlsplit(f"//{address}")
        rest = (parts.path, parts.query, parts.fragment, parts.username or "")
        if parts.hostname and not any(rest):
            return parts.hostname, parts.port or default_port
    except ValueError:
        pass
    raise PrintError(_("“%(address)s” isn't an address. Write 192.168.7.20:9100.", address=address), is_permanent=True)
