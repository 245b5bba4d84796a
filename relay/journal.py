"""One function per business event: a log line for people and programs, and a counter.

Nothing else logs. Names are what an operator greps for; values are IDs, addresses, counts and
replies, never a body, a subject or a secret. The counters are in metrics.py.
"""

import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal, TextIO, cast

import structlog

from relay import metrics
from relay.logstream import LogStream

_log: structlog.stdlib.BoundLogger = structlog.get_logger()

Format = Literal["json", "text"]


def configure(form: Format | None = None, to: TextIO = sys.stderr) -> None:
    """Log to `to` as JSON, or as text for people; by default whichever fits it."""
    json = form == "json" or (form is None and not to.isatty())
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer()
            if json
            else structlog.dev.ConsoleRenderer(colors=to.isatty()),
        ],
        logger_factory=structlog.WriteLoggerFactory(
            file=cast("TextIO", LogStream(to, metrics.EVENTS.labels("log-lost").inc))
        ),
        cache_logger_on_first_use=True,
    )


def _note(event: str, **fields: object) -> None:
    metrics.EVENTS.labels(event).inc()
    _log.info(event, **fields)


def _warn(event: str, **fields: object) -> None:
    metrics.EVENTS.labels(event).inc()
    _log.warning(event, **fields)


# The process


def started(version: str, node: str, listeners: list[str], **ports: int | None) -> None:
    """The relay takes mail; `ports` are those of web, pages (the opt-out) and operator."""
    _note("started", version=version, node=node, listeners=listeners, **ports)


def stopping(why: str) -> None:
    """No more mail is taken; what runs is finished."""
    _note("stopping", why=why)


def stopped() -> None:
    """Everything is closed."""
    _note("stopped")


def reloaded() -> None:
    """A new configuration is in force."""
    _note("reloaded")


def reload_refused(problems: list[str]) -> None:
    """The new configuration is wrong; the old one stays in force."""
    _warn("reload-refused", problems=problems)


def needs_restart(what: str) -> None:
    """A part of the new configuration takes force only at the next start."""
    _warn("needs-restart", what=what)


def worker_failed(worker: str, error: BaseException) -> None:
    """A step of a worker raised: a bug, or the store is out of reach. It is tried again."""
    metrics.EVENTS.labels("worker-failed").inc()
    _log.error("worker-failed", worker=worker, exc_info=error)


def store_fails(why: str) -> None:
    """Nothing can be written to the store: clients hear 451, and what is there waits."""
    _warn("store-fails", why=why)


def store_works() -> None:
    """The store can be written again."""
    _note("store-works")


# SMTP in


def accepted(message_id: str, host: str, size: int, recipients: int, seconds: float) -> None:
    """A message is durable; `seconds` is what its commit took."""
    metrics.ACCEPTED.inc(recipients)
    metrics.ACCEPT_SECONDS.observe(seconds)
    _note("accepted", id=message_id, host=host, size=size, recipients=recipients)


def rejected(host: str, address: str, reason: str) -> None:
    """A client was told no; `host` is empty where nobody knows the peer."""
    _note("rejected", host=host, address=address, reason=reason)


def session_failed(address: str, error: BaseException) -> None:
    """A session met a bug or the store could not commit; the client heard 451."""
    metrics.EVENTS.labels("session-failed").inc()
    _log.error("session-failed", address=address, exc_info=error)


def not_accepting(reason: str) -> None:
    """New mail gets 452 until there is room again."""
    _warn("not-accepting", reason=reason)


def accepting() -> None:
    """There is room again."""
    _note("accepting")


# Understanding


def prepared(
    message_id: str, kind: str, verdict: str, route: str, folded: Sequence[str] = ()
) -> None:
    """A message was understood and decided; `folded` are the kinds of batches that it joined."""
    metrics.VERDICTS.labels(verdict).inc()
    for each in folded:
        metrics.FOLDED.labels(each).inc()
    _note("prepared", id=message_id, kind=kind, verdict=verdict, route=route)


def failed_open(message_id: str, why: str) -> None:
    """Understanding was bypassed: the original goes on with its identity repaired (P6)."""
    _warn("failed-open", id=message_id, why=why)


def crashed(message_id: str, why: str, crashes: int) -> None:
    """A process died or ran out of time on this message."""
    _warn("crashed", id=message_id, why=why, crashes=crashes)


def held(message_id: str, reason: str) -> None:
    """A message is set aside until the operator decides."""
    _warn("held", id=message_id, reason=reason)


# Batches


def batch_closed(kind: str, mail_id: str, recipient: str, reports: int) -> None:
    """Reports that waited together leave in one mail of our own."""
    metrics.BATCH_REPORTS.labels(kind).observe(reports)
    _note("batch-closed", kind=kind, mail=mail_id, recipient=recipient, reports=reports)


def pressed(kind: str, recipient: str, mails: int) -> None:
    """Mails that waited to be sent, and may wait longer, were taken back into one."""
    metrics.FOLDED.labels(kind).inc(mails)
    _note("pressed", kind=kind, recipient=recipient, mails=mails)


def chose(event: str, recipient: str, scope: str, level: str, source: str) -> None:
    """A recipient chose what to get, or took that back."""
    _note(event, recipient=recipient, scope=scope, level=level, source=source)


def login_refused(address: str, why: str) -> None:
    """Somebody at the operator's pages could not log in."""
    _warn("login-refused", address=address, why=why)


def logged_in(name: str, address: str) -> None:
    """An operator has logged in."""
    _note("logged-in", operator=name, address=address)


def acted(name: str, act: str, what: Sequence[str]) -> None:
    """An operator has done something on the pages; the ledger has the reason."""
    _note("acted", operator=name, act=act, what=list(what))


def link_refused(address: str) -> None:
    """Somebody came with a link that is none of ours, or no more."""
    _warn("link-refused", address=address)


def came_back(message_id: str, sort: str) -> None:
    """A mail came to one of our return addresses, and was read."""
    metrics.RETURNED.labels(sort).inc()
    _note("came-back", id=message_id, sort=sort)


def suppressed(recipient: str) -> None:
    """An address has refused mail for good too often, and gets none for a time."""
    _warn("suppressed", recipient=recipient)


def layout_failed(batch: str, error: BaseException) -> None:
    """A batch's mail could not be composed: a bug. Its reports leave as a plain list (P6)."""
    metrics.EVENTS.labels("layout-failed").inc()
    _log.error("layout-failed", batch=batch, exc_info=error)


def missing(host: str, jobs: list[str]) -> None:
    """Reports that were expected did not come, and their recipients are told."""
    _warn("missing", host=host, jobs=jobs)


# SMTP out


def delivered(mail_id: str, upstream: str, reply: str, verdict: str, seconds: float) -> None:
    """Upstream took a mail, `seconds` after the message was accepted."""
    metrics.ATTEMPTS.labels(upstream, "delivered", "").inc()
    metrics.DELIVERY_SECONDS.labels(verdict).observe(seconds)
    _note("delivered", mail=mail_id, upstream=upstream, reply=reply)


def deferred(mail_id: str, upstream: str, reply: str, cause: str, due_at: datetime) -> None:
    """Upstream did not take a mail now."""
    metrics.ATTEMPTS.labels(upstream, "deferred", cause).inc()
    due = due_at.isoformat()
    _note("deferred", mail=mail_id, upstream=upstream, reply=reply, cause=cause, due_at=due)


def bounced(mail_id: str, upstream: str, reply: str, cause: str, told: str | None) -> None:
    """A mail was refused for good or grew too old; `told` gets the notice."""
    metrics.ATTEMPTS.labels(upstream, "bounced", cause).inc()
    _warn("bounced", mail=mail_id, upstream=upstream, reply=reply, cause=cause, told=told)


def rules_broken(mail_id: str, rules: Sequence[str]) -> None:
    """A mail leaves although it breaks these rules of `relay lint`; nothing stops it (P6)."""
    for rule in rules:
        metrics.BREACHES.labels(rule).inc()
    _warn("rules-broken", mail=mail_id, rules=list(rules))


def upstream_held(upstream: str, reply: str) -> None:
    """Upstream refuses the session itself: nothing is sent there but one probe at a time."""
    _warn("upstream-held", upstream=upstream, reply=reply)


def refresh_token_not_kept(file: str, why: str) -> None:
    """The token server gave a new refresh token, and it could not be written to its file."""
    _warn("refresh-token-not-kept", file=file, why=why)


def readdressed(count: int, upstream: str) -> None:
    """Mail whose upstream is not configured any more goes to the default one."""
    _warn("readdressed", count=count, upstream=upstream)


def lease_lost(what: str) -> None:
    """Somebody else owns this work by now; our result was discarded."""
    _warn("lease-lost", id=what)


def purged(count: int) -> None:
    """The bytes of messages past retention are gone."""
    _note("purged", count=count)


# Watching


def weather(upstream: str, domain: str, state: str, reasons: Sequence[str]) -> None:
    """How mail is received at an upstream, or at a domain behind it, has changed."""
    _warn("weather", upstream=upstream, domain=domain, state=state, reasons=list(reasons))


def weather_is(states: Mapping[tuple[str, str], int]) -> None:
    """Show the states that there are, and no others, as a gauge."""
    metrics.WEATHER.clear()
    for (upstream, domain), rank in states.items():
        metrics.WEATHER.labels(upstream, domain).set(rank)


def alarm_raised(kind: str, subject: str, what: str, weight: str) -> None:
    """Something is amiss, or has become graver; it is told by every channel that there is."""
    _warn("alarm-raised", kind=kind, at=subject, what=what, weight=weight)


def alarm_ended(kind: str, subject: str) -> None:
    """What an alarm was about is not amiss any more."""
    _note("alarm-ended", kind=kind, at=subject)


def alarm_told(channel: str, kinds: Sequence[str]) -> None:
    """A channel took a notice about alarms."""
    _note("alarm-told", channel=channel, kinds=list(kinds))


def alarm_untold(channel: str, why: str, tries: int) -> None:
    """A channel did not take a notice; it is tried again, later each time."""
    _warn("alarm-untold", channel=channel, why=why, tries=tries)


def alarms_are(counts: Mapping[str, int]) -> None:
    """Show how many alarms stand of each kind."""
    for kind, count in counts.items():
        metrics.STANDING.labels(kind).set(count)


def balanced(difference: int, fates: Mapping[str, int]) -> None:
    """Show by how many recipients the account was off when it was last checked (P1)."""
    metrics.DIFFERENCE.set(difference)
    for fate, count in fates.items():
        metrics.RECIPIENTS.labels(fate).set(count)


def ping_failed(why: str) -> None:
    """Whoever waits for our ping does not get it."""
    _warn("ping-failed", why=why)


# Domains and keys


def examined(counts: Mapping[str, int]) -> None:
    """The doctor has looked at domains, keys, certificates and upstreams."""
    for severity, count in counts.items():
        metrics.FINDINGS.labels(severity).set(count)
    _note("examined", **counts)


def alarm(finding: str, subject: str, what: str, evidence: str) -> None:
    """The doctor found what will make the next mail fail."""
    _warn("alarm", id=finding, at=subject, what=what, evidence=evidence)


def alarm_over(finding: str, subject: str) -> None:
    """What an alarm was about is no more."""
    _note("alarm-over", id=finding, at=subject)


def key_moved(domain: str, stage: str) -> None:
    """A rotation of keys took a step."""
    _note("key-moved", domain=domain, stage=stage)


def rotation_waits(domain: str, why: str) -> None:
    """A rotation of keys cannot go on yet."""
    _warn("rotation-waits", domain=domain, why=why)
