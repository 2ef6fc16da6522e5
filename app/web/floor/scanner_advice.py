"""What a finding about a scanner means, and which setting to change on which kind of scanner."""

from app.barcode.scanner_check import Finding
from app.language import _

Advice = dict[str, object]


def advice(finding: Finding) -> Advice:
    """``{is_good, title, text, settings: [(scanner, what to set)]}`` in the operator's language."""
    title, text = _sentences(finding)
    return {
        "code": finding.code,
        "is_good": finding.is_good,
        "is_hint": finding.code == "aim_off",
        "title": title,
        "text": text,
        "settings": [] if finding.is_good else [pair for pair in _settings(finding.code) if pair[1]],
    }


def _sentences(finding: Finding) -> tuple[str, str]:
    seen = finding.seen
    return {
        "text_right": (_("Every character is right"), ""),
        "separator_right": (_("GS1 separators arrive"), ""),
        "ends_right": (_("It ends with %(key)s", key=seen), ""),
        "pace_right": (_("The pace is right: %(ms)s ms", ms=seen), ""),
        "aim_on": (_("It names the kind of barcode: %(aim)s", aim=seen), ""),
        "aim_off": (
            _("It does not name the kind of barcode"),
            _("Most labels are read without. With it, no GS1 label is ever taken for another number."),
        ),
        "no_suffix": (
            _("Nothing ends the code"),
            _("Each scan waits for a pause, and two quick ones may run together. Let it send Enter."),
        ),
        "merged": (_("Two scans ran together"), _("Let it send Enter after each code.")),
        "caps": (_("Upper and lower case are exchanged"), _("Caps lock is on, here or in the scanner.")),
        "layout": (
            _("It types for another country's keyboard: %(seen)s", seen=seen),
            _("Set the scanner's keyboard to the country of this computer's keyboard."),
        ),
        "extra": (
            _("It adds something to the code: %(seen)s", seen=seen),
            _("Take it away in the scanner, or write it below as the prefix or suffix of this device."),
        ),
        "separator_missing": (
            _("GS1 separators are lost"),
            _("A lot runs into the date behind it. Let the scanner send the separator (ASCII 29, GS)."),
        ),
        "separator_other": (
            _("GS1 separators arrive as %(seen)s", seen=seen),
            _("Good enough: write these characters below as the separator of this device."),
        ),
        "slow": (
            _("It types slowly: %(ms)s ms for each character", ms=seen),
            _("A slow scanner looks like a person who types. Take its delay away, or write a longer pace below."),
        ),
        "hiccup": (
            _("It stops in the middle of a code: %(ms)s ms", ms=seen),
            _("The code is cut there. Take its delay away, or write a longer pause below."),
        ),
    }[finding.code]


def _settings(code: str) -> list[tuple[str, str]]:
    zebra, honeywell, plain = "Zebra (DataWedge)", "Honeywell (Android)", _("Scanner that types as a keyboard")
    enter = [
        (zebra, _("Profile › Keystroke output › Basic data formatting › Send ENTER key: on")),
        (honeywell, _("Data Processing Settings › Suffix: \\n")),
        (plain, _("In its manual: add a suffix, CR (ENTER), for all kinds of barcodes")),
    ]
    delay = [
        (zebra, _("Profile › Keystroke output › Inter character delay: 0")),
        (honeywell, _("Data Processing Settings › Wedge Method: Standard")),
        (plain, _("In its manual: inter-character delay (keystroke delay): none")),
    ]
    return {
        "no_suffix": enter,
        "merged": enter,
        "slow": delay,
        "hiccup": delay,
        "aim_off": [
            (zebra, _("Profile › Barcode input › Configure scanner settings › Scan params › Code ID type: AIM")),
            (honeywell, _("Data Processing Settings › Symbology Prefix: AIM")),
            (plain, _("In its manual: transmit AIM ID (symbology identifier) as prefix, for all kinds of barcodes")),
        ],
        "separator_missing": [
            (
                zebra,
                _(
                    "Profile › Keystroke output › Key event options › Send Characters as Events and Send Control "
                    "Characters as Events: both on"
                ),
            ),
            (honeywell, _("Data Processing Settings › Wedge Method: Keyboard; or Wedge as keys: add 29")),
            (plain, _("In its manual: control characters as Ctrl+X, or replace GS (29) by | and write | below")),
        ],
        "layout": [
            (zebra, _("System settings › Languages & input › Physical keyboard: the same language as on the screen")),
            (
                honeywell,
                _("System settings › Languages & input › Physical keyboard: the same language as on the screen"),
            ),
            (plain, _("In its manual: keyboard country, or ALT mode (keypad) that suits every country")),
        ],
        "caps": [
            (zebra, _("Caps lock of the device: off")),
            (honeywell, _("Caps lock of the device: off")),
            (plain, _("Caps lock of the keyboard: off. In its manual: case conversion: none; caps lock: off")),
        ],
        "extra": [
            (zebra, _("Profile › Keystroke output › Basic data formatting › Prefix to data, Suffix to data: empty")),
            (honeywell, _("Data Processing Settings › Prefix: empty, Suffix: \\n")),
            (plain, _("In its manual: clear all prefixes and suffixes, then add the suffix CR")),
        ],
    }.get(code, [])
