"""Ways to a printer against real counterparts: a socket that misbehaves, CUPS' own IPP printer, a folder."""

import grp
import os
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from app.config import Settings, SettingsError
from app.connectors.printers import ipp as ipp_way
from app.connectors.printers import raw_tcp
from app.connectors.printers.cups import Cups
from app.connectors.printers.folder import Folder
from app.connectors.printers.ipp import Ipp
from app.connectors.printers.network import CONNECT_SECONDS, Neighbourhood, split
from app.connectors.printers.raw_tcp import RawTcp
from app.labels import render_pdf
from app.labels.delivery import LEASE
from app.labels.template import template
from app.ports import PrintError
from tests.conftest import absent
from tests.printing.tcp_printer import TcpPrinter, printing

PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
"""ippeveprinter is in /usr/sbin, where a plain user's shell does not look."""
LABEL = b"^XA^FO0,0^GFA,1,1,1,FF^FS^PQ1^XZ\n"


def way(*printers: TcpPrinter) -> RawTcp:
    return RawTcp(Neighbourhood(networks=("127.0.0.0/8",), ports=frozenset(each.port for each in printers)))


def test_a_label_arrives_whole_and_the_printer_says_that_it_is_out() -> None:
    with printing() as printer:
        receipt = way(printer).send(printer.address, LABEL, title="x", has_answered=False)
        assert receipt.is_done
        assert receipt.health.answers
        assert printer.labels == LABEL


def test_a_printer_that_never_answers_gets_its_label_all_the_same() -> None:
    with printing(answers=False) as printer:
        receipt = way(printer).send(printer.address, LABEL, title="x", has_answered=False)
        assert not receipt.is_done
        assert printer.labels == LABEL


@pytest.mark.parametrize("behaviour", ["hang", "keep open"])
def test_a_printer_that_neither_speaks_nor_ends_the_connection_is_not_said_to_have_read_it(behaviour: str) -> None:
    with printing(behaviour=behaviour, answers=False) as printer:
        receipt = way(printer).send(printer.address, LABEL, title="x", has_answered=False)
        assert (receipt.is_done, receipt.is_read) == (False, False)


def test_a_network_card_that_takes_no_byte_is_a_printer_that_stalls() -> None:
    """The other host is there and its window is shut: every byte waits in our own."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        near = Neighbourhood(networks=("127.0.0.0/8",), ports=frozenset({port}))
        label = LABEL + b" " * 50_000
        with pytest.raises(PrintError) as failure:
            RawTcp(near).send(f"127.0.0.1:{port}", label, title="x", has_answered=False)
        assert 0 < failure.value.bytes_sent < len(label)
        assert failure.value.health.problems == ("stalled",)


def test_silence_of_a_printer_that_used_to_answer_wants_a_person_and_sends_nothing() -> None:
    with printing(answers=False) as printer:
        with pytest.raises(PrintError) as failure:
            way(printer).send(printer.address, LABEL, title="x", has_answered=True)
        assert failure.value.bytes_sent == 0
        assert (failure.value.health.state, failure.value.health.problems) == ("attention", ("silent",))
        assert printer.labels == b""


@pytest.mark.parametrize("problem", ["paper_out", "paused", "buffer_full", "head_open", "ribbon_out"])
def test_what_is_wrong_is_named_and_nothing_is_sent(problem: str) -> None:
    with printing() as printer:
        printer.flags[problem] = 1
        with pytest.raises(PrintError) as failure:
            way(printer).send(printer.address, LABEL, title="x", has_answered=True)
        assert failure.value.bytes_sent == 0
        assert failure.value.health.problems == (problem,)
        assert way(printer).health(printer.address, has_answered=True).state == "attention"
        assert printer.labels == b""


def test_a_label_that_still_waits_in_the_printer_is_sent_but_not_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(raw_tcp, "DONE_SECONDS", 0.3)
    with printing(waiting=1) as printer:
        receipt = way(printer).send(printer.address, LABEL, title="x", has_answered=False)
        assert not receipt.is_done


def test_a_line_that_breaks_in_the_middle_is_not_called_unsent() -> None:
    with printing(behaviour="reset", after=200, answers=False) as printer:
        with pytest.raises(PrintError) as failure:
            way(printer).send(printer.address, LABEL * 200_000, title="x", has_answered=False)
        assert failure.value.bytes_sent > 0
        assert not failure.value.is_permanent


def test_a_printer_that_stops_reading_is_given_up_in_bounded_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(raw_tcp, "PATIENCE_SECONDS", 0.3)
    monkeypatch.setattr(raw_tcp, "BYTES_PER_SECOND", 10**9)
    with printing(behaviour="stall", after=10, answers=False) as printer:
        with pytest.raises(PrintError) as failure:
            way(printer).send(printer.address, b"x" * 20_000_000, title="x", has_answered=False)
        assert 0 < failure.value.bytes_sent < 20_000_000
        assert failure.value.health.problems == ("stalled",)


def test_nobody_at_the_address_means_that_nothing_was_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    here = RawTcp(Neighbourhood(networks=("127.0.0.0/8",), ports=frozenset({port})))
    with pytest.raises(PrintError) as failure:
        here.send(f"127.0.0.1:{port}", LABEL, title="x", has_answered=True)
    assert failure.value.bytes_sent == 0
    assert not failure.value.is_permanent
    assert here.health(f"127.0.0.1:{port}", has_answered=True).state == "offline"


def test_noise_is_no_status() -> None:
    for noise in (b"", b"\x02030,0\x03", b"\x02a,b\x03\x02c\x03\x02d\x03", bytes(range(256))):
        assert raw_tcp.status(noise) is None


# Where a printer may be.


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1:9100", "localhost", "169.254.169.254:9100", "[::1]:9100", "[::ffff:127.0.0.1]:9100", "0.0.0.0",  # noqa: S104
     "8.8.8.8", "[fe80::1]:9100", "2130706433"],
)  # fmt: skip
def test_loopback_link_local_and_foreign_addresses_are_refused_by_default(address: str) -> None:
    settings = Settings()
    near = Neighbourhood(networks=settings.printer_networks, ports=frozenset(map(int, settings.printer_ports)))
    with pytest.raises(PrintError) as failure:
        near.connect(address, default_port=9100)
    assert failure.value.is_permanent


def test_a_port_that_is_not_listed_is_refused_before_anything_is_called() -> None:
    with printing() as printer:
        near = Neighbourhood(networks=("127.0.0.0/8",), ports=frozenset({9100}))
        with pytest.raises(PrintError) as failure:
            near.connect(printer.address, default_port=9100)
        assert failure.value.is_permanent
        assert printer.connections == 0


def test_a_name_with_one_forbidden_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [(2, 1, 6, "", (address, 9100)) for address in ("10.0.0.7", "127.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_names: rows)
    near = Neighbourhood(networks=("10.0.0.0/8",), ports=frozenset({9100}))
    with pytest.raises(PrintError) as failure:
        near.connect("rebinding.example", default_port=9100)
    assert failure.value.is_permanent


@pytest.mark.parametrize("address", ["", "a/b", "user@10.0.0.1", "10.0.0.1:99999", "10.0.0.1:x", "[::1", "a?b"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(PrintError) as failure:
        split(address, default_port=9100)
    assert failure.value.is_permanent


@pytest.mark.parametrize(
    "setting", [{"printer_networks": ("here",)}, {"printer_ports": ("zpl",)}, {"label_fonts_dir": "/no/such/folder"}]
)
def test_a_wrong_setting_stops_the_start(setting: dict[str, tuple[str, ...]]) -> None:
    with pytest.raises(SettingsError):
        Settings(**setting).checked()  # type: ignore[arg-type]


# IPP.


@pytest.fixture
def bus(tmp_path: Path) -> Iterator[dict[str, str]]:
    """A message bus of our own: ippeveprinter does not start without one, though it has nobody to talk to there."""
    for program, package in (("dbus-daemon", "dbus-daemon"), ("ippeveprinter", "cups-ipp-utils")):
        if shutil.which(program, path=PATH) is None:
            absent(f"no {program} here (Debian: apt-get install {package})")
    command = ["dbus-daemon", "--session", "--nofork", "--print-address=1", f"--address=unix:dir={tmp_path}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as daemon:
        assert daemon.stdout is not None
        address = daemon.stdout.readline().strip()
        yield {**os.environ, "PATH": PATH, "DBUS_SYSTEM_BUS_ADDRESS": address, "DBUS_SESSION_BUS_ADDRESS": address}
        daemon.terminate()


@pytest.fixture
def ippeveprinter(request: pytest.FixtureRequest, bus: dict[str, str], tmp_path: Path) -> Iterator[tuple[int, Path]]:
    """CUPS' own IPP Everywhere printer, which keeps its jobs in a folder; its port. A parameter is the program that
    prints for it, ``true`` by itself."""
    prints = shutil.which(getattr(request, "param", "true"))
    assert prints is not None
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    spool = tmp_path / "spool"
    spool.mkdir()
    command = ["ippeveprinter", "-p", str(port), "-n", "localhost", "-r", "off", "-k", "-d", str(spool), "-c", prints,
               "-f", "application/pdf,application/octet-stream", "Label"]  # fmt: skip
    log = tmp_path / "ippeveprinter.log"
    with log.open("wb") as said, subprocess.Popen(command, env=bus, stdout=said, stderr=said) as printer:
        deadline = time.monotonic() + 60
        while not is_open(port):
            assert printer.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
        yield port, spool
        printer.kill()


def is_open(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 0.5).close()
    except OSError:
        return False
    return True


def ipp(port: int) -> Ipp:
    return Ipp(Neighbourhood(networks=("127.0.0.0/8", "::1/128"), ports=frozenset({port})))


def test_an_ipp_printer_takes_our_pdf_byte_for_byte(ippeveprinter: tuple[int, Path]) -> None:
    port, spool = ippeveprinter
    pdf = render_pdf("carton", [template("carton").example])
    address = f"ipp://127.0.0.1:{port}/ipp/print"
    receipt = ipp(port).send(address, pdf, title="Carton ^XZ ~ Größe", has_answered=False)
    assert receipt.is_done, "the printer was asked until it said that the job is completed"
    assert receipt.health.answers
    assert [file.read_bytes() for file in spool.rglob("*.pdf")] == [pdf]
    assert ipp(port).health(address, has_answered=True).state == "ready"


@pytest.mark.parametrize("ippeveprinter", ["false"], indirect=True)
def test_a_job_that_the_printer_gave_up_may_be_out_in_part_and_is_asked_about(
    ippeveprinter: tuple[int, Path],
) -> None:
    port, _spool = ippeveprinter
    with pytest.raises(PrintError) as failure:
        ipp(port).send(f"ipp://127.0.0.1:{port}/ipp/print", b"%PDF-1.4 x", title="x", has_answered=False)
    assert failure.value.bytes_sent == len(b"%PDF-1.4 x")
    assert not failure.value.is_permanent


@pytest.mark.parametrize("ippeveprinter", ["cat"], indirect=True)
def test_a_job_that_takes_long_is_sent_and_not_done(
    ippeveprinter: tuple[int, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.connectors.printers.ipp.DONE_SECONDS", 0.0)
    port, _spool = ippeveprinter
    receipt = ipp(port).send(f"ipp://127.0.0.1:{port}/ipp/print", b"%PDF-1.4 x", title="x", has_answered=False)
    assert not receipt.is_done


def test_an_ipp_printer_that_refuses_the_format_has_printed_nothing(ippeveprinter: tuple[int, Path]) -> None:
    port, _spool = ippeveprinter
    with pytest.raises(PrintError) as failure:
        ipp(port).send(f"ipp://127.0.0.1:{port}/no/such", b"%PDF-1.4", title="x", has_answered=False)
    assert failure.value.bytes_sent == 0


def test_what_speaks_no_ipp_is_no_printer() -> None:
    with printing(behaviour="reset", after=3) as printer, pytest.raises(PrintError):
        ipp(printer.port).send(f"ipp://{printer.address}/ipp/print", b"%PDF-1.4", title="x", has_answered=False)


@contextmanager
def slow_answer() -> Iterator[int]:
    """An IPP printer that takes the job, and answers a byte at a time; its port."""
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nX: " + b"x" * 200 + b"\r\n\r\n\x01\x01\0\0\0\0\0\x01\x03"

    def serve(server: socket.socket) -> None:
        line, _from = server.accept()
        server.close()
        with line, suppress(OSError):  # whoever does not wait closes the line
            line.recv(65_536)
            for byte in answer:
                line.sendall(bytes([byte]))
                time.sleep(0.02)

    server = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=serve, args=(server,))
    thread.start()
    yield int(server.getsockname()[1])
    thread.join()


def test_a_printer_that_answers_a_byte_at_a_time_is_given_up_before_the_lease_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert ipp_way.SEND_SECONDS + CONNECT_SECONDS < LEASE.total_seconds()
    monkeypatch.setattr(ipp_way, "SEND_SECONDS", 0.3)
    with slow_answer() as port, pytest.raises(PrintError) as failure:
        ipp(port).send(f"ipp://127.0.0.1:{port}/ipp/print", b"%PDF-1.4 x", title="x", has_answered=False)
    assert failure.value.bytes_sent == len(b"%PDF-1.4 x")
    assert not failure.value.is_permanent


@pytest.mark.parametrize("address", ["http://10.0.0.1/", "ipp://", "ipp://10.0.0.1/x?y", "file:///etc/passwd"])
def test_what_is_no_ipp_address_is_refused(address: str) -> None:
    with pytest.raises(PrintError) as failure:
        ipp(631).health(address, has_answered=False)
    assert failure.value.is_permanent


# CUPS by lp, and folders.


@pytest.mark.parametrize("queue", ["", "-h", "a b", "x;rm", "$(id)", "../x", "a/b"])
def test_a_queue_cannot_be_an_option_or_a_command(queue: str) -> None:
    if shutil.which("lp") is None:
        absent("no lp here (Debian: apt-get install cups-client)")
    with pytest.raises(PrintError) as failure:
        Cups().send(queue, LABEL, title="x", has_answered=False)
    assert failure.value.is_permanent


def test_a_queue_that_is_not_there_printed_nothing() -> None:
    if shutil.which("lp") is None:
        absent("no lp here (Debian: apt-get install cups-client)")
    with pytest.raises(PrintError) as failure:
        Cups().send("no-such-queue", LABEL, title="-x $(id)", has_answered=False)
    assert failure.value.bytes_sent == 0
    assert Cups().health("no-such-queue", has_answered=False).state == "offline"


@pytest.fixture
def queue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A queue of a real CUPS of the test's own, which prints into nothing."""
    server = shutil.which("cupsd", path=PATH)
    if server is None or shutil.which("lp") is None:
        absent("no cupsd here (Debian: apt-get install cups-daemon cups-client)")
    folder = Path(tempfile.mkdtemp(prefix="cups-", dir="/tmp"))
    folder.chmod(0o755)
    for name in ("spool", "cache", "run", "log"):
        (folder / name).mkdir()
    who = ""
    if os.getuid() == 0:
        who = "User lp\nGroup lp\n"
        for name in ("spool", "cache", "run", "log"):
            shutil.chown(folder / name, "lp", "lp")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    (folder / "cupsd.conf").write_text(
        f"Listen 127.0.0.1:{port}\nDefaultAuthType None\n<Location />\nAllow all\n</Location>\n"
        "<Policy default>\n<Limit All>\nAllow all\n</Limit>\n</Policy>\n"
    )
    (folder / "cups-files.conf").write_text(
        f"FileDevice Yes\nServerRoot {folder}\nRequestRoot {folder}/spool\nCacheDir {folder}/cache\n"
        f"StateDir {folder}/run\nTempDir {folder}/spool\nErrorLog stderr\nAccessLog {folder}/log/access\n"
        f"PageLog {folder}/log/page\n{who}SystemGroup {'lpadmin' if who else grp.getgrgid(os.getgid()).gr_name}\n"
    )
    monkeypatch.setenv("CUPS_SERVER", f"127.0.0.1:{port}")
    command = [server, "-f", "-c", str(folder / "cupsd.conf"), "-s", str(folder / "cups-files.conf")]
    with (tmp_path / "said").open("wb") as said, subprocess.Popen(command, stdout=said, stderr=said) as running:
        try:
            for _try in range(100):
                made = admin("lpadmin", "-p", "LABELS", "-E", "-v", "file:///dev/null")
                if made.returncode == 0:
                    break
                time.sleep(0.1)
            assert made.returncode == 0, (made.stderr, (tmp_path / "said").read_text())
            yield "LABELS"
        finally:
            running.kill()
    shutil.rmtree(folder)


def admin(*command: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command, capture_output=True, text=True, timeout=10, check=False, env={**os.environ, "PATH": PATH}
    )


def test_a_label_that_leaves_cups_is_sent_and_no_more_is_said(queue: str) -> None:
    receipt = Cups().send(queue, LABEL, title="x", has_answered=False)
    assert (receipt.is_done, receipt.health.state) == (False, "ready")


def test_a_stopped_queue_gets_no_label_and_is_not_said_to_be_ready(queue: str) -> None:
    assert admin("cupsdisable", queue).returncode == 0
    assert Cups().health(queue, has_answered=False).problems == ("paused",)
    with pytest.raises(PrintError) as failure:
        Cups().send(queue, LABEL, title="x", has_answered=False)
    assert (failure.value.bytes_sent, failure.value.health.problems) == (0, ("paused",))
    assert admin("lpstat", "-o", queue).stdout == "", "nothing waits that would come out later, unasked"


def test_a_label_that_stays_in_the_queue_is_said_to_wait_there(queue: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.connectors.printers.cups.LEAVE_SECONDS", 0.5)
    assert admin("lpadmin", "-p", queue, "-o", "job-hold-until-default=indefinite").returncode == 0
    assert Cups().send(queue, LABEL, title="x", has_answered=False).health.problems == ("waiting",)


def test_a_folder_keeps_each_job_as_one_file(tmp_path: Path) -> None:
    way = Folder(tmp_path / "printouts")
    for title in ("Carton 1", "../../x ^XZ"):
        assert way.send("desk", LABEL, title=title, has_answered=False).is_done
    files = sorted((tmp_path / "printouts" / "desk").iterdir())
    assert [file.read_bytes() for file in files] == [LABEL, LABEL]
    assert {file.suffix for file in files} == {".zpl"}


@pytest.mark.parametrize("name", ["", "..", "a/b", "/etc", ".hidden", "x\0"])
def test_a_folder_stays_in_its_place(tmp_path: Path, name: str) -> None:
    with pytest.raises(PrintError) as failure:
        Folder(tmp_path).send(name, LABEL, title="x", has_answered=False)
    assert failure.value.is_permanent
