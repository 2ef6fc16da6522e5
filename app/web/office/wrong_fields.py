"""Which field of a form a refusal is about, so that it is said beneath that field."""

from dataclasses import dataclass

from app.refusal import Refused

_FIELDS = {
    "badge_taken": "badge",
    "badge_reserved": "badge",
    "badge_missing": "name",
    "pin_malformed": "pin",
    "pin_common": "pin",
    "no_role": "roles",
    "role_unknown": "roles",
    "warehouse_taken": "code",
    "unknown_time_zone": "time_zone",
    "unknown_sku": "sku",
    "bad_levels": "minimum",
    "unknown_location": "location",
    "not_a_bin": "location",
    "not_for_sale_here": "location",
    "lot_needed": "lot",
    "lot_not_wanted": "lot",
    "unknown_lot": "lot",
    "expiry_needed": "expiry",
    "expiry_differs": "expiry",
    "serial_needed": "serial",
    "serial_not_wanted": "serial",
    "unknown_serial": "serial",
    "nothing_to_adjust": "quantity",
    "unknown_reason": "reason",
    "reason_needed": "reason",
}


@dataclass(frozen=True, slots=True)
class Wrong:
    """What a form was refused for; ``field`` is empty where it is about no one field."""

    field: str
    message: str


def wrong_field(refusal: Refused) -> Wrong:
    """Where in its form a refusal belongs."""
    named = str(refusal.details.get("field", "")) if refusal.code == "bad_field" else ""
    return Wrong(named or _FIELDS.get(refusal.code, ""), refusal.message)
