"""Every floor screen with an example: what the templates are given."""

from collections.abc import Callable
from typing import Any

UI = {
    "lang": "en",
    "theme": "light",
    "hand": "right",
    "text": "100",
    "sound": "on",
    "keypad": False,
    "idle_ms": 500,  # a loaded test machine types more slowly than a scanner
    "pace_ms": 35,
}
PICTURE = "/static/logo.svg"
URLS = {"scans_url": "/tasks/7/scans", "actions_url": "/tasks/7/actions", "show_ways": False}


def _answer(prompt: dict[str, Any], outcome: str | None = None, message: str = "", **task: Any) -> dict[str, Any]:
    empty = dict.fromkeys(
        [
            "value",
            "location",
            "container",
            "sku",
            "name",
            "image_url",
            "lot",
            "expiry",
            "quantity",
            "counted",
            "target",
            "document",
        ]
    )
    return {
        "outcome": outcome,
        "code": "example",
        "message": message,
        "replayed": False,
        "movements": [],
        "task": {
            "id": 7,
            "kind": "pick",
            "status": "claimed",
            "done_lines": 3,
            "lines": 9,
            "operator": "Mia",
            "document": "SO-10482",
            "warehouse": "MAIN",
        }
        | task,
        "prompt": empty | {"expects": [], "instruction": "", "detail": [], "ways": []} | prompt,
    }


def pick_bin(outcome: str | None = None, message: str = "") -> dict[str, Any]:
    return _answer(
        {
            "expects": ["location"],
            "instruction": "Go to the bin and scan it",
            "value": "A-01-3",
            "location": "A-01-3",
            "sku": "85123A",
            "name": "White hanging heart T-light holder",
            "image_url": PICTURE,
            "quantity": 6,
            "target": "TOTE-7",
            "ways": [
                {"scan": "L-A-01-3-K", "label": "Bin A-01-3"},
                {"action": "short"},
                {"action": "skip"},
                {"action": "undo"},
            ],
        },
        outcome,
        message,
    )


def pick_item(outcome: str | None = None, message: str = "") -> dict[str, Any]:
    return _answer(
        {
            "expects": ["item"],
            "instruction": "Scan the item",
            "value": "6",
            "location": "A-01-3",
            "target": "TOTE-7",
            "sku": "85123A",
            "name": "White hanging heart T-light holder",
            "image_url": PICTURE,
            "quantity": 6,
            "counted": 2,
            "lot": "L2291",
            "ways": [
                {"scan": "2000000851239", "label": "White hanging heart"},
                {"action": "quantity", "label": "Enter quantity", "quantity": 4},
                {"action": "short", "label": "Not enough here"},
                {"action": "short", "label": "Not enough: damaged", "reason": "damaged"},
                {"action": "skip", "label": "Skip for now"},
                {"action": "undo"},
            ],
        },
        outcome,
        message,
    )


def _task(answer: dict[str, Any], **more: Any) -> Callable[[], tuple[str, dict[str, Any]]]:
    return lambda: ("floor/task.html", {"answer": answer} | URLS | more)


def home(**more: Any) -> dict[str, Any]:
    return {
        "outcome": None,
        "code": "",
        "message": "",
        "is_empty": False,
        "resume": [{"url": "/tasks/7", "kind": "pick", "document": "SO-10482", "done_lines": 3, "lines": 9}],
        "counts": [
            {"kind": "pick", "count": 24},
            {"kind": "putaway", "count": 7},
            {"kind": "receive", "count": 3},
            {"kind": "count", "count": 1},
        ],
    } | more


def _home(**more: Any) -> Callable[[], tuple[str, dict[str, Any]]]:
    return lambda: ("floor/home.html", {"home": home(**more), "claim_url": "/tasks/claims", "scans_url": "/scans"})


def _sign_in(**more: Any) -> Callable[[], tuple[str, dict[str, Any]]]:
    start = {"step": "badge", "badge": "", "name": "", "message": ""}
    return lambda: ("floor/sign_in.html", {"sign_in": start | more, "sign_in_url": "/sign-in"})


ENQUIRY = {
    "outcome": "accepted",
    "title": "White hanging heart T-light holder",
    "subtitle": "85123A",
    "image_url": PICTURE,
    "figures": [("On hand", 148), ("Committed", 36), ("ATP", 112)],
    "tables": [
        {
            "title": "Where it is",
            "columns": ["Bin", "Lot", "Pieces"],
            "rows": [["A-01-3", "L2291", 100], ["B-11-2", "L2280", 48]],
        },
        {
            "title": "Last movements",
            "columns": ["When", "Way", "Pieces"],
            "rows": [["09:14", "A-01-3 → TOTE-7", 6], ["08:50", "DOCK-1 → A-01-3", 48]],
        },
    ],
}
MOVED = {
    "at": "21 Nov, 09:14",
    "sku": "85123A",
    "name": "White hanging heart T-light holder",
    "quantity": 6,
    "source": "A-01-3",
    "target": "TOTE-7",
    "reason": "",
    "document": "SO-10482",
    "note": "damaged",
    "operator": "Mia",
    "device": "TC52-04",
    "is_reversal": False,
}

SCREENS: dict[str, Callable[[], tuple[str, dict[str, Any]]]] = {
    "pick-bin": _task(pick_bin()),
    "pick-bin-wrong": _task(pick_bin("refused", "Wrong bin: this is A-02-1. Go to A-01-3.")),
    "pick-item": _task(pick_item("accepted", "2 of 6")),
    "pick-ways": _task(pick_item(), show_ways=True),
    "target-warned": _task(
        _answer(
            {
                "expects": ["target"],
                "instruction": "Put it in the tote",
                "value": "TOTE-7-B",
                "target": "TOTE-7-B",
                "sku": "85123A",
                "name": "White hanging heart",
                "quantity": 6,
                "counted": 6,
                "ways": [{"action": "undo"}, {"action": "skip"}],
            },
            "warned",
            "TOTE-9 was not planned. Scan it again to use it.",
        )
    ),
    "putaway": _task(
        _answer(
            {
                "expects": ["location"],
                "instruction": "Take it to the bin and scan it",
                "value": "RES-B-11-204",
                "location": "RES-B-11-204",
                "container": "LPN-000417",
                "name": "Jumbo bag red retrospot",
                "sku": "85099B",
                "quantity": 1200,
                "expiry": "2027-03-31",
                "detail": [["Zone", "Reserve"]],
                "ways": [{"action": "undo"}],
            },
            kind="putaway",
            document="",
            done_lines=0,
            lines=1,
        )
    ),
    "finished": _task(
        _answer(
            {"instruction": "Picked. Take TOTE-7 to packing."},
            "accepted",
            "9 of 9 lines",
            status="done",
            done_lines=9,
            can_undo=True,
        )
    ),
    "home": _home(),
    "home-empty": _home(is_empty=True, resume=[], counts=[]),
    "home-refused": _home(outcome="refused", message="Not known: 1234. Scan a document, tote, bin or item."),
    "sign-in": _sign_in(),
    "sign-in-pin": _sign_in(step="pin", badge="B-1007", name="Mia"),
    "sign-in-locked": _sign_in(message="This badge is locked for 15 minutes. Ask a supervisor."),
    "enquiry": lambda: ("floor/enquiry.html", {"enquiry": ENQUIRY, "scans_url": "/enquiry/scans"}),
    "enquiry-empty": lambda: ("floor/enquiry.html", {"enquiry": {}, "scans_url": "/enquiry/scans"}),
    "history": lambda: (
        "floor/history.html",
        {
            "history": {
                "query": "85123A",
                "movements": [
                    MOVED,
                    MOVED | {"quantity": 48, "source": "DOCK-1", "target": "A-01-3", "is_reversal": True},
                ],
                "next_url": "/history?after=3",
            },
            "history_url": "/history",
        },
    ),
    "settings": lambda: ("floor/settings.html", {"settings_url": "/settings", "pin_url": "/pin"}),
    "error": lambda: (
        "error.html",
        {
            "error": {
                "title": "Not found",
                "message": "There is no such task. It may have been finished by someone else.",
            }
        },
    ),
}
