"""What a person sends to a label printer as a carrier's label may draw, and nothing else."""

import pytest

from app.labels.draws_only import MOST_LABELS, require_draws_only
from app.refusal import Refused
from tests.printing.conftest import PrintShop
from tests.printing.test_carrier_labels import ZPL, carry

DRAWN = b"^XA^CF0,60^FO50,50^GB700,3,3^FS^FO220,50^FDParcel^FS^BY5,2,270^FO100,550^BC^FD12345678^FS"
PICTURE = b"~DGR:LOGO.GRF,8,1,FF00FF00FF00FF00^XA^FO0,0^XGR:LOGO.GRF,1,1^FS^IDR:LOGO.GRF^XZ"
BINARY = b"^XA^FO0,0^GFB,12,12,2,~JR^JUF\x00\xff^~x\x01^FS^XZ"


@pytest.mark.parametrize(
    "data", [ZPL, DRAWN + b"^PQ2^XZ", PICTURE, BINARY, b"^xa^fo0,0^a@N,20,20,R:A.FNT^fdx^fs^xz", DRAWN + b"^MMT^PR4^XZ"]
)
def test_what_only_draws_is_let_through(data: bytes) -> None:
    require_draws_only(data)


@pytest.mark.parametrize(
    ("data", "command"),
    [
        (DRAWN + b"^JUF^XZ", "^JU"),
        (DRAWN + b"^XZ~JR", "~JR"),
        (b"~JR" + DRAWN + b"^XZ", "~JR"),
        (DRAWN + b"^JUS^XZ", "^JU"),
        (b"^XA^IDE:*.*^FS^XZ", "^ID"),
        (b"^XA^DFE:LABEL.ZPL^FS^XZ", "^DF"),
        (b"~DGE:LOGO.GRF,8,1,FF^XA^XZ", "~DG"),
        (b"~CC!!XA!JUS!XZ^XA^XZ", "~CC"),
        (b"^XA^HH^XZ", "^HH"),
        (b"^XA^ND2,P,10.0.0.1^XZ", "^ND"),
        (b'! U1 setvar "device.reset" ""\r\n^XA^SX^XZ', "^SX"),
        (b"^XA^GFB,3,3,2,abc^JUF^FS^XZ", "^JU"),  # it says three bytes, and there is more
        (b"^XA^GFB,3,12,2,abc^JUF^FS^XZ", "^JU"),  # two counts, of which a printer may believe either
        (b"^XA^J\nUF^XZ", "^J\\n"),
    ],
)
def test_a_command_that_changes_the_printer_is_refused_by_its_name(data: bytes, command: str) -> None:
    with pytest.raises(Refused) as refusal:
        require_draws_only(data)
    assert (refusal.value.code, refusal.value.details["command"]) == ("carrier_label_command", command)


@pytest.mark.parametrize("data", [DRAWN + b"^PQ99999^XZ", DRAWN + b"^PQ60^XZ" + DRAWN + b"^PQ60^XZ", b"^XA^XZ" * 101])
def test_no_roll_is_printed_by_one_label(data: bytes) -> None:
    with pytest.raises(Refused) as refusal:
        require_draws_only(data)
    assert refusal.value.code == "carrier_label_copies"
    require_draws_only(b"^XA^XZ" * MOST_LABELS)


def test_a_person_cannot_queue_it_and_a_program_can(shop: PrintShop) -> None:
    here = shop.set_up("desk")
    with pytest.raises(Refused) as refusal:
        carry(shop, here, DRAWN + b"^JUF^XZ")
    assert refusal.value.code == "carrier_label_command"
    assert carry(shop, here, DRAWN + b"^JUF^XZ", is_from_program=True)
