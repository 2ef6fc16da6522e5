"""A large difference waits for a second person: a supervisor approves what was counted, or lets it be counted again.

Whoever counted never approves it, and what moved meanwhile is not approved at all.
"""

from dataclasses import replace

from app.control.second_pair import require_second_person
from app.floor.count.differences import (
    Counts,
    Difference,
    books,
    compare,
    item_of,
    moved_meanwhile,
    post_differences,
    require_here,
)
from app.floor.count.memory import Work
from app.floor.count.prompts import begin_again, counted_bin, finish_count, skus_of
from app.floor.count.units_in_hand import Hands, certain, hands_at
from app.floor.count.waiting_approvals import Change, changes_of, counter_of
from app.floor.shared import confirm
from app.floor.shared.step import Meaning, Prompt, Said, Step, action_way
from app.language import _, amount
from app.refusal import Refused
from app.tasks.life import approval_decided, give_back, wait_for_approval


def ask_approval(work: Work, steady: Counts, moved: set[int], hands: Hands) -> Said:
    """Nothing is posted; the task goes back to the queue, where only a supervisor may take it up."""
    note_counter(work)
    was = wait_for_approval(work.session, work.task)
    work.memory = replace(
        work.memory,
        to_approve=steady,
        moved=tuple(sorted(moved)),
        counter=work.actor.operator_id,
        asked_at=work.now,
        was=was,
        hands_then=hands.as_found(),
    )
    return Said("approval_needed", _("Counted twice. A supervisor must approve it; take the next job."))


def note_counter(work: Work) -> None:
    """Whoever counts a part of it has counted it: a job may change hands."""
    counters = {*work.memory.counters, work.actor.operator_id}
    work.memory = replace(work.memory, counters=tuple(sorted(counters)))


def _ask_approve(work: Work) -> Prompt:
    if not work.actor.may("supervisor"):
        return Prompt(
            instruction=_("A supervisor must approve this count. Take the next job."), value=counted_bin(work).code
        )
    ways = [action_way("approve", _("Post the differences")), action_way("recount", _("Count it again"))]
    changes = changes_of(work.session, work.task)
    return Prompt(
        expects=("confirm",),
        instruction=_("Approve the count?"),
        value=counted_bin(work).code,
        ways=ways,
        location=counted_bin(work).code,
        detail=[
            (_("Counted by"), counter_of(work.session, work.task)),
            *((one.sku, _said(one)) for one in changes),
        ],
    )


def _said(change: Change) -> str:
    """``Blue mug, lot 7: 2 counted, 50 booked, 3 in hand (Mia): -45 (worth -450.00)``."""
    found = _("%(counted)s counted, %(booked)s booked", counted=change.counted, booked=change.booked)
    if change.taken:
        found += ", " + _("%(n)s in hand (%(who)s)", n=change.taken, who=change.whose or "?")
    if change.coming:
        found += ", " + _("%(n)s being put here (%(who)s)", n=change.coming, who=change.whose or "?")
    told_apart = [
        *([change.name] if change.name != change.sku else []),
        *([_("lot %(lot)s", lot=change.lot)] if change.lot else []),
        *([_("serial number %(serial)s", serial=change.serial)] if change.serial else []),
    ]
    worth = "" if change.value is None else " " + _("(worth %(value)s)", value=amount(change.value))
    return ": ".join(filter(None, [", ".join(told_apart), found, f"{change.units:+d}{worth}"]))


def _to_approve(work: Work) -> list[Difference]:
    """Errors: ``moved_meanwhile``, where stock moved here since it was counted, or is in other hands now."""
    moved, counts = set(work.memory.moved), work.memory.to_approve
    assert counts is not None, "a count was approved that waits for nobody"
    hands = hands_at(work, is_closing=True)
    booked = books(work)
    is_other_hand = any(
        now.get(key, 0) != before.get(key, 0)
        for now, before in zip(hands.as_found(), work.memory.hands_then, strict=True)
        for key in now.keys() | before.keys()
        if item_of(key) not in moved
    )
    if is_other_hand or moved_meanwhile(work) - moved:
        raise Refused("moved_meanwhile", _("Stock moved here since it was counted. Let it be counted again."))
    return compare(counts, certain(counts, booked, hands), leave_out=moved)


def _require_supervisor(work: Work) -> None:
    if work.memory.to_approve is None:
        raise Refused("nothing_to_approve", _("This count needs no approval. Go on counting."))
    if not work.actor.may("supervisor"):
        raise Refused("role_missing", _("Only a supervisor may decide about this count."))


def approve(work: Work) -> Said:
    """Errors: ``nothing_to_approve``; ``second_person_needed`` for whoever counted a part of it; ``pin_given``;
    ``moved_meanwhile``; ``serial_elsewhere`` where a unit that was found here came in elsewhere since."""
    _require_supervisor(work)
    did = {work.memory.counter or 0, *work.memory.counters}
    require_second_person(work.session, work.actor, did=did, asked_at=work.memory.asked_at or work.now)
    found, moved = _to_approve(work), work.memory.moved
    for each in found:
        if each.serial and each.units > 0:
            require_here(work, each.item_id, each.serial)
    post_differences(work, found)  # still of an approval: it is nobody's own change (``control.limits``)
    _restore(work)
    if moved:
        begin_again(work, only=moved)
        return Said("recount", _("Approved. Still to count: %(skus)s.", skus=", ".join(skus_of(work, moved))))
    return finish_count(work, found)


def recount(work: Work) -> Said:
    """The supervisor does not believe it: the bin is counted from the beginning, by whoever takes the task next."""
    _require_supervisor(work)
    _restore(work)
    work.memory = work.memory.not_begun()
    give_back(work.session, work.task)
    return Said("sent_back", _("%(place)s will be counted again.", place=counted_bin(work).code))


def _restore(work: Work) -> None:
    approval_decided(work.session, work.task, work.memory.was)
    work.memory = work.memory.without_approval()


def _no_scan(_work: Work, meaning: Meaning) -> Said:
    raise confirm.wrong(meaning, wanted=_("Approve the count, or let it be counted again."))


APPROVE = Step(("confirm",), _ask_approve, _no_scan)
