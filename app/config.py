"""Settings: everything that differs between two installations, from the environment (or a ``.env`` file).

Each field is set by ``TRUESHELF_<FIELD>``. A production site refuses to start without two long keys of its own.
"""

import os
from dataclasses import dataclass, field, fields, replace
from ipaddress import ip_network
from pathlib import Path
from typing import Self

MOST_DAYS = 36_500
MOST_CONNECTIONS = 100_000
DEVELOPMENT_KEY = "development-only-not-a-secret"
KEYS = ("secret_key", "pepper")
SHORTEST_KEY_BYTES = 32
DEMO_ADDRESS = "Trueshelf Demo|Lagerweg 5|20457 Hamburg"


class SettingsError(ValueError):
    """A setting cannot be used; the message names it and says what to do."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """One installation's settings; see each field.

    ``database_url``: a SQLAlchemy address; empty means a SQLite file in ``data_dir``.
    ``mode``: ``demo`` (ways on the screen, plain HTTP on localhost), ``training``, or ``production``.
    ``company_prefix``: the GS1 company prefix of the SSCCs on our cartons (7 to 10 digits).
    ``house_address``: where parcels come from and go back to, its lines parted by ``|``; printed on labels and papers.
    ``count_approval_units``: above this many units of an item in a place, counted or corrected by one person in a day,
    a second person decides; ``count_approval_worth``: the same for what all that is worth (0: not looked at).
    ``receipt_tolerance_percent``: how much above the ordered quantity a receipt may go.
    ``office_sign_in``: ``pin`` (badge and PIN, as on the floor), ``password`` (and a code from the telephone), or
    ``auto``: ``password`` in production. ``office_idle_minutes``: after which such a browser on a desk is signed out.
    ``device_enrolment``: ``yes`` (badge and PIN open nothing on a device that no supervisor let in), ``no``, or
    ``auto``: ``yes`` in production.
    ``head_seconds``, ``body_seconds``: how long a request's head may take to arrive, and its body (a large one a second
    longer for each 64 KiB). ``connections``: how many a web process keeps open, ``connections_per_address`` of one
    address (an IPv6 /64 counts as one); behind a proxy, which is one address itself, requests at once are counted.
    ``worker_late_seconds``: after this long without a sign of life the worker counts as gone.
    ``keep_sessions_days``, ...: how long what is over stays in the database: ended sessions, requests under an
    ``Idempotency-Key``, printed labels, devices on which nobody signs in any more, what scans were answered.
    ``ledger_head_file``: where the worker writes the head of the ledger's chain of seals, out of the database's reach.
    ``restricted_layouts``: how numbers that mean something in this house only are laid out (app.barcode.restricted).
    ``label_templates_dir``, ``label_fonts_dir``: folders of this house's own label templates, and of fonts for letters
    that ours lack (Chinese, Japanese, Korean, Thai).
    ``printer_networks``, ``printer_ports``: where a printer may be; an address elsewhere is never called. Loopback and
    link-local are only allowed by naming them.
    """

    database_url: str = ""
    data_dir: Path = field(default_factory=lambda: Path("data"))
    secret_key: str = DEVELOPMENT_KEY
    pepper: str = DEVELOPMENT_KEY
    mode: str = "demo"
    trusted_hosts: tuple[str, ...] = ("localhost", "127.0.0.1", "[::1]")
    max_body_bytes: int = 32 * 1024 * 1024
    company_prefix: str = "0000000"
    house_address: str = ""
    count_approval_units: int = 20
    count_approval_worth: int = 1000
    receipt_tolerance_percent: int = 0
    session_hours: int = 12
    idle_minutes: int = 5
    office_sign_in: str = "auto"
    office_idle_minutes: int = 30
    device_enrolment: str = "auto"
    carton_max_grams: int = 30_000
    log_level: str = "INFO"
    trust_proxy: bool = False
    head_seconds: int = 10
    body_seconds: int = 15
    connections: int = 1000
    connections_per_address: int = 100
    worker_late_seconds: int = 60
    keep_sessions_days: int = 30
    keep_requests_days: int = 30
    keep_print_jobs_days: int = 90
    keep_devices_days: int = 400
    keep_security_log_days: int = 400
    keep_answers_days: int = 30
    ledger_head_file: str = ""
    restricted_layouts: tuple[str, ...] = ()
    label_templates_dir: str = ""
    label_fonts_dir: str = ""
    printer_networks: tuple[str, ...] = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
    printer_ports: tuple[str, ...] = ("9100", "631", "6101")

    @classmethod
    def from_environment(cls, environment: dict[str, str] | None = None) -> Self:
        """Read every ``TRUESHELF_*`` variable.

        Errors: ``SettingsError`` for a value of the wrong form, or an unknown ``TRUESHELF_*`` name (a misspelt
        setting that is silently ignored is found only when it hurts).
        """
        values = dict(os.environ if environment is None else environment)
        read: dict[str, object] = {}
        known = {f.name: f for f in fields(cls)}
        for name, text in values.items():
            if not name.startswith("TRUESHELF_") or name in {"TRUESHELF_SHARED"}:
                continue
            key = name.removeprefix("TRUESHELF_").lower()
            if key not in known:
                raise SettingsError(f"{name}: there is no such setting. See docs/settings.md.")
            if key in KEYS and not text.strip():
                continue  # an empty line of the example is no key
            read[key] = _parse(name, text, getattr(cls(), key))
        return replace(cls(), **read).checked()  # type: ignore[arg-type]

    def checked(self) -> Self:
        """This object, or ``SettingsError`` where the settings contradict each other."""
        if self.mode not in {"demo", "training", "production"}:
            raise SettingsError("TRUESHELF_MODE: choose demo, training or production.")
        if self.office_sign_in not in {"auto", "pin", "password"}:
            raise SettingsError("TRUESHELF_OFFICE_SIGN_IN: choose auto, pin or password.")
        if self.device_enrolment not in {"auto", "yes", "no"}:
            raise SettingsError("TRUESHELF_DEVICE_ENROLMENT: choose auto, yes or no.")
        if self.mode == "production":
            self._require_own_keys()
        for name in (f.name for f in fields(self) if f.name.startswith("keep_")):
            if not 1 <= getattr(self, name) <= MOST_DAYS:
                raise SettingsError(f"TRUESHELF_{name.upper()}: choose 1 to {MOST_DAYS} days.")
        for name in ("head_seconds", "body_seconds", "connections", "connections_per_address"):
            if not 1 <= getattr(self, name) <= MOST_CONNECTIONS:
                raise SettingsError(f"TRUESHELF_{name.upper()}: choose 1 to {MOST_CONNECTIONS}.")
        for name in ("label_templates_dir", "label_fonts_dir"):
            folder = getattr(self, name)
            if folder and not Path(folder).is_dir():
                raise SettingsError(f"TRUESHELF_{name.upper()}: there is no folder {folder}.")
        if any(len(layout) != 13 or layout.strip("IMVC.0123456789") for layout in self.restricted_layouts):
            raise SettingsError("TRUESHELF_RESTRICTED_LAYOUTS: write thirteen letters each, such as 21IIIIIMMMMMC.")
        try:
            for network in self.printer_networks:
                ip_network(network)
        except ValueError as error:
            raise SettingsError(f"TRUESHELF_PRINTER_NETWORKS: {error}; write 192.168.7.0/24.") from None
        if not all(port.isascii() and port.isdigit() for port in self.printer_ports):
            raise SettingsError("TRUESHELF_PRINTER_PORTS: write the ports as numbers, such as 9100,631.")
        return self

    def _require_own_keys(self) -> None:
        keys = [getattr(self, name) for name in KEYS]
        if DEVELOPMENT_KEY in keys or min(len(key.encode()) for key in keys) < SHORTEST_KEY_BYTES or keys[0] == keys[1]:
            raise SettingsError(
                "Set TRUESHELF_SECRET_KEY and TRUESHELF_PEPPER to two random values of 32 characters or more before"
                " running in production: openssl rand -hex 32, once for each, or flask --app wsgi init --production."
            )

    @property
    def effective_database_url(self) -> str:
        """The database address: as given, or the SQLite file in the data folder."""
        if self.database_url:
            return self.database_url.replace("postgresql://", "postgresql+psycopg://", 1)
        return f"sqlite:///{(self.data_dir / 'trueshelf.sqlite').resolve()}"

    @property
    def house_lines(self) -> str:
        """The house's address as it is printed, line by line; empty where none is set, but for the demo's."""
        said = self.house_address or (DEMO_ADDRESS if self.mode == "demo" else "")
        return "\n".join(line.strip() for line in said.split("|") if line.strip())

    @property
    def wants_password(self) -> bool:
        """Whether the office's pages ask for password and code, and not for badge and PIN alone."""
        return self.office_sign_in == "password" or (self.office_sign_in == "auto" and self.mode == "production")

    @property
    def wants_enrolment(self) -> bool:
        """Whether a supervisor lets a device in before anybody signs in there with badge and PIN."""
        return self.device_enrolment == "yes" or (self.device_enrolment == "auto" and self.mode == "production")

    @property
    def shows_ways(self) -> bool:
        """Whether the screen shows what can be scanned as barcodes to click."""
        return self.mode in {"demo", "training"}


def _parse(name: str, text: str, default: object) -> object:
    try:
        if isinstance(default, bool):
            return {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}[text.lower()]
        if isinstance(default, int):
            return int(text)
        if isinstance(default, Path):
            return Path(text)
        if isinstance(default, tuple):
            return tuple(part.strip() for part in text.split(",") if part.strip())
        return text
    except (KeyError, ValueError):
        raise SettingsError(f"{name}: {text!r} is not of the right form (for example {default!r}).") from None
