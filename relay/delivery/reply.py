"""What an upstream's reply means for the mail that it answers. Pure: the table, not the talk.

Two mistakes cost mail here: to bounce what was only our own misconfiguration, and to hold a whole
upstream for what is wrong with one mail. So:

    before MAIL              whatever is wrong is the session's fault
    MAIL 421, 53x            the session's, as it would be for the next mail
    MAIL 5xx on the sender   (550, 551, 553, 554, 5.1.7, 5.1.8, 5.7.x) our sender identity is
                             refused, which every mail of ours shares: the session's. The null
                             sender is not shared: only that mail waits
    MAIL 552, 5.3.4, 5.2.3   this mail is too big (RFC 1870 s6): refused
    MAIL, other 5xx          unknown, so temporary
    RCPT, DATA 53x           no authentication (RFC 4954 s6): the session's
    RCPT, DATA 500-504       we do not understand each other: temporary, except 501, which speaks
                             of the address
    RCPT 5.1.7, 5.1.8        about the sender, not the recipient: temporary
    RCPT, DATA, other 5xx    refused
    the final dot, 5xx       refused
    any of these, if its words say that the fault is ours (relay/reputation): a listing, a bad name,
                             SPF or DKIM, too much mail, no right to relay: temporary, for the next
                             mail would hear the same, and no owner of a job can help it
    4xx anywhere             temporary; 421 from RCPT on may be about this very mail, so it does
                             not hold the others back
    no reply, or no sense    temporary, and uncertain after the final dot

What happens next: pipeline/settle.py settles the mail by the result.
"""

from dataclasses import replace

from relay.mail.enhanced import leading_detail
from relay.pipeline.stages import Deferred, Phase, Refused
from relay.reputation.diagnose import diagnose

_AUTHENTICATION = {530, 534, 535, 538}
_SENDER = {521, 550, 551, 553, 554}
_TOO_BIG, _TOO_BIG_DETAILS = 552, {(3, 4), (2, 3)}
_SENDER_DETAILS = {(1, 7), (1, 8)}
_POLICY = 7  # RFC 3463 s3.8: X.7.X, security or policy
_CONFUSED = {500, 502, 503, 504}
_UNAVAILABLE = 421

_LONGEST = 500


def judge(
    phase: Phase, code: int | None, text: str, remote: str, *, null_sender: bool = False
) -> Deferred | Refused:
    """Return what a reply from MAIL on means that is not the one hoped for.

    A `code` of None is no reply at all, and `text` then says what came instead.
    """
    if code is None or not 400 <= code <= 599:
        uncertain = phase is Phase.FINAL
        return replace(
            session_failure(phase, code, text, remote), session=False, uncertain=uncertain
        )
    reply, detail, found = quoted(code, text), leading_detail(text), diagnose(code, text)
    if code >= 500 and _refuses(phase, code, detail) and not found.is_ours:
        return Refused(phase=phase, code=code, reply=reply, remote=remote, cause=found.cause)
    return Deferred(
        phase=phase,
        code=code,
        reply=reply,
        remote=remote,
        session=_blames_session(phase, code, detail, null_sender),
        cause=found.cause,
    )


def session_failure(phase: Phase, code: int | None, text: str, remote: str) -> Deferred:
    """Return what ended a session before MAIL."""
    known = code if code is not None and 200 <= code <= 599 else None
    reply, cause = quoted(known, text), diagnose(known, text).cause
    return Deferred(phase=phase, code=known, reply=reply, remote=remote, session=True, cause=cause)


def quoted(code: int | None, text: str) -> str:
    """Return a reply as one clean line of bounded length, for people to read."""
    readable = text[: 2 * _LONGEST].encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    line = " ".join("".join(c if c.isprintable() else " " for c in readable).split())
    return (line if code is None else f"{code} {line}")[:_LONGEST]


def _refuses(phase: Phase, code: int, detail: tuple[int, int] | None) -> bool:
    match phase:
        case Phase.MAIL:
            return code == _TOO_BIG or detail in _TOO_BIG_DETAILS
        case Phase.RCPT | Phase.DATA:
            return code not in _AUTHENTICATION | _CONFUSED and detail not in _SENDER_DETAILS
        case _:
            return phase is Phase.FINAL


def _blames_session(
    phase: Phase, code: int, detail: tuple[int, int] | None, null_sender: bool
) -> bool:
    if code in _AUTHENTICATION:
        return phase is not Phase.FINAL
    if phase is not Phase.MAIL:
        return False
    return code == _UNAVAILABLE or (_blames_sender(code, detail) and not null_sender)


def _blames_sender(code: int, detail: tuple[int, int] | None) -> bool:
    policy = detail is not None and detail[0] == _POLICY
    return code >= 500 and (code in _SENDER or detail in _SENDER_DETAILS or policy)
