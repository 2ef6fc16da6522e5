"""The office's sign-in: badge, password, and a code from the telephone or from the paper with recovery codes.

Tries are charged before anything is looked at, as those of a PIN are (see ``sign_in``), but to a count of their own,
which only all three together forget, or an admin. What was wrong of the three is not told. A code is good once: its
half minute is kept, a recovery code is crossed out.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from sqlalchemy import delete, or_, update
from sqlalchemy.orm import Session

from app import clock
from app.config import Settings
from app.db import changed, table
from app.language import _
from app.people import locks, sign_in, totp
from app.people.actor import Actor
from app.people.changes import note
from app.people.models import Operator, RecoveryCode, Token
from app.people.pins import check_pin
from app.people.security_log import tell
from app.people.sign_in import Attempt, SignedIn
from app.people.tokens import renew, revoke_sessions
from app.refusal import Conflict, Forbidden, NotFound, Refused

RECOVERY_CODES = 10
_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"  # none that is taken for another
_HALF = 5

_operator, _recovery, _token = table(Operator), table(RecoveryCode), table(Token)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeAttempt:
    """One try, charged already, and what it is held against; None throughout where nothing is set up."""

    attempt: Attempt
    password_hash: str | None
    nonce: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """The password was right, and so is this code, unless it was used before."""

    step: int | None
    recovery_hash: str


def is_set_up(session: Session, operator_id: int) -> bool:
    """Whether this person has a password and a telephone."""
    return session.get_one(Operator, operator_id).totp_nonce is not None


def begin(session: Session, badge: str, *, device_key: str, address: str) -> OfficeAttempt:
    """Charge one try. Commit this before the password is checked. Errors: ``device_locked``; ``office_locked``."""
    attempt = sign_in.begin_at_office(session, badge, device_key=device_key, address=address)
    operator = session.get(Operator, attempt.operator_id) if attempt.operator_id else None
    return OfficeAttempt(
        attempt=attempt,
        password_hash=operator.password_hash if operator else None,
        nonce=operator.totp_nonce if operator else None,
    )


def begin_again(session: Session, operator_id: int, *, device_key: str, address: str) -> OfficeAttempt | None:
    """As ``begin``, for whoever is inside and sets up anew what is there already; None where nothing is set up."""
    operator = session.get_one(Operator, operator_id)
    if operator.password_hash is None:
        return None
    return begin(session, operator.badge, device_key=device_key, address=address)


def require_old_password(settings: Settings, begun: OfficeAttempt, password: str) -> None:
    """Slow on purpose: never inside a transaction. Errors: ``wrong_password``."""
    if not check_pin(settings, begun.password_hash, password):
        raise Refused("wrong_password", _("The password until now is wrong. Type it again."))


def require_password(settings: Settings, begun: OfficeAttempt, *, password: str, code: str) -> Proof:
    """Slow on purpose, and as slow for a badge that is nobody's: never inside a transaction.

    Errors: ``wrong_password``, whatever of the three is wrong.
    """
    is_right = check_pin(settings, begun.password_hash, password)
    operator_id = begun.attempt.operator_id
    if not is_right or operator_id is None or begun.nonce is None:
        raise _wrong()
    code = "".join(code.split()).replace("-", "")
    secret = totp.secret_of(settings, operator_id, begun.nonce)
    return Proof(step=totp.matching_step(secret, code, clock.now()), recovery_hash=_hash(settings, operator_id, code))


def complete(
    session: Session,
    begun: OfficeAttempt,
    proof: Proof,
    *,
    settings: Settings,
    device_key: str,
    is_carried: bool = False,
) -> SignedIn:
    """Cross the code out and begin the session. Errors: ``wrong_password`` for a code that is wrong or was used."""
    operator_id = begun.attempt.operator_id
    assert operator_id is not None, "the password of a badge that is nobody's was right"
    if not (_take_step(session, operator_id, proof.step) or _take_recovery(session, operator_id, proof.recovery_hash)):
        raise _wrong()
    entered = sign_in.complete(session, begun.attempt, settings=settings, device_key=device_key, is_carried=is_carried)
    session.execute(update(_token).where(_token.c.id == entered.token_id).values(proved_at=clock.now()))
    return entered


def require_code(settings: Settings, operator_id: int, *, nonce: str, code: str) -> int:
    """While it is being set up: the telephone shows the right code. Its half minute. Errors: ``wrong_code``."""
    secret = totp.secret_of(settings, operator_id, nonce)
    step = totp.matching_step(secret, "".join(code.split()), clock.now())
    if step is None:
        raise Refused("wrong_code", _("This is not the code of now. Look at the telephone, and at its clock."))
    return step


def set_up(
    session: Session,
    settings: Settings,
    operator_id: int,
    *,
    password_hash: str,
    nonce: str,
    step: int,
    token_id: int,
    begun: OfficeAttempt | None,
) -> tuple[list[str], str]:
    """Keep password and telephone; this browser is in the office from now on, one's others are signed out.

    ``begun``: the try at the old password, which was right; None where there was none. Answers the recovery codes,
    which are shown this once (older ones are worth nothing any more), and the new text of the browser's token: the one
    that badge and PIN gave opens nothing from now on. Errors: ``already_set_up`` where it was set up, or
    taken back, in the meantime.
    """
    operator = session.get_one(Operator, operator_id, with_for_update=True, populate_existing=True)
    if operator.password_hash != (begun.password_hash if begun else None):
        raise already_set_up()
    if begun is not None:
        sign_in.give_back(session, begun.attempt)
    operator.password_hash, operator.totp_nonce, operator.totp_step = password_hash, nonce, step
    codes = [_new_code() for _number in range(RECOVERY_CODES)]
    session.execute(delete(_recovery).where(_recovery.c.operator_id == operator_id))
    session.add_all(
        RecoveryCode(operator_id=operator_id, code_hash=_hash(settings, operator_id, code.replace("-", "")))
        for code in codes
    )
    session.execute(update(_token).where(_token.c.id == token_id).values(proved_at=clock.now()))
    device_id = session.get_one(Token, token_id).device_id
    if device_id is not None:
        locks.make_own(session, operator_id, device_id, locks.OFFICE)
    revoke_sessions(session, operator_id=operator_id, but=token_id)
    note(session, operator_id=operator_id, by_id=operator_id, what="password")
    return codes, renew(session, token_id)


def forget(session: Session, actor: Actor, operator_id: int) -> None:
    """Somebody lost telephone and paper: they set both up again, with their PIN. An admin saw their face.

    Errors: ``unknown_operator``; ``role_missing``; ``own_account``.
    """
    if "admin" not in actor.roles:
        raise Forbidden("role_missing", _("Only an admin may take back a password. Ask one."))
    if operator_id == actor.operator_id:
        raise Refused("own_account", _("Set your own password up again, or ask another admin."))
    operator = session.get(Operator, operator_id, with_for_update=True)
    if operator is None:
        raise NotFound("unknown_operator", _("There is no such operator. Choose one of the list."))
    take_back(session, operator, by_id=actor.operator_id)


def take_back(session: Session, operator: Operator, *, by_id: int | None) -> None:
    """Password, telephone and recovery codes are worth nothing any more. ``by_id`` is None on the command line: there
    the last admin finds help."""
    operator.password_hash = operator.totp_nonce = operator.totp_step = None
    locks.open_badge(session, operator, locks.OFFICE)  # nothing is left that could be guessed
    session.execute(delete(_recovery).where(_recovery.c.operator_id == operator.id))
    revoke_sessions(session, operator_id=operator.id)
    note(session, operator_id=operator.id, by_id=by_id, what="password_taken_back")


def _take_step(session: Session, operator_id: int, step: int | None) -> bool:
    if step is None:
        return False
    is_new = or_(_operator.c.totp_step.is_(None), _operator.c.totp_step < step)
    return changed(session, update(_operator).where(_operator.c.id == operator_id, is_new).values(totp_step=step)) == 1


def _take_recovery(session: Session, operator_id: int, code_hash: str) -> bool:
    is_good = (
        _recovery.c.operator_id == operator_id,
        _recovery.c.code_hash == code_hash,
        _recovery.c.used_at.is_(None),
    )
    if changed(session, update(_recovery).where(*is_good).values(used_at=clock.now())) != 1:
        return False
    tell(session, "recovery_code_used", operator_id=operator_id)
    return True


def _hash(settings: Settings, operator_id: int, code: str) -> str:
    text = f"recovery {operator_id} {code.casefold()}"
    return hmac.new(settings.pepper.encode(), text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def _new_code() -> str:
    letters = "".join(secrets.choice(_LETTERS) for _letter in range(2 * _HALF))
    return f"{letters[:_HALF]}-{letters[_HALF:]}"


def already_set_up() -> Conflict:
    """Badge and PIN are not worth a password."""
    return Conflict("already_set_up", _("You have a password. Sign in with it, or ask an admin to take it back."))


def _wrong() -> Refused:
    return Refused("wrong_password", _("Badge, password or code is wrong. Try again, with the next code."))
