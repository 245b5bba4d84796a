"""One function per business event: a log line for people and programs, and a counter.

Nothing else logs. Names are what an operator greps for; values are IDs, addresses, counts and
replies, never a body, a subject or a secret. Metrics are in `REGISTRY`, which the web serves.
"""

import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal, TextIO, cast

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from relay.logstream import LogStream

REGISTRY = CollectorRegistry()
_EVENTS = Counter("relay_events", "Business events, by name.", ["event"], registry=REGISTRY)
_ACCEPTED = Counter("relay_accepted_recipients", "Recipients accepted with 250.", registry=REGISTRY)
_VERDICTS = Counter(
    "relay_verdicts", "Messages understood, by verdict.", ["verdict"], registry=REGISTRY
)
_ATTEMPTS = Counter(
    "relay_attempts",
    "Attempts at delivery, by upstream, outcome and cause.",
    ["upstream", "outcome", "cause"],
    registry=REGISTRY,
)
_ACCEPT_SECONDS = Histogram(
    "relay_accept_seconds",
    "From the final dot to the commit.",
    registry=REGISTRY,
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
_DELIVERY_SECONDS = Histogram(
    "relay_delivery_seconds",
    "From acceptance to upstream's 250, by class.",
    ["class"],
    registry=REGISTRY,
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600, 86400),
)
_RETURNED = Counter(
    "relay_returned",
    "Mails that came to our return addresses, by sort.",
    ["sort"],
    registry=REGISTRY,
)
_BREACHES = Counter(
    "relay_lint_breaches",
    "Mails that broke a rule of weight when they were first sent, by rule.",
    ["rule"],
    registry=REGISTRY,
)
_FINDINGS = Gauge(
    "relay_doctor_findings",
    "What the doctor found at its last visit, by severity.",
    ["severity"],
    registry=REGISTRY,
)
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
            file=cast("TextIO", LogStream(to, _EVENTS.labels("log-lost").inc))
        ),
        cache_logger_on_first_use=True,
    )


def _note(event: str, **fields: object) -> None:
    _EVENTS.labels(event).inc()
    _log.info(event, **fields)


def _warn(event: str, **fields: object) -> None:
    _EVENTS.labels(event).inc()
    _log.warning(event, **fields)


# The process


def started(
    version: str, node: str, listeners: list[str], web: int | None, pages: int | None
) -> None:
    """The relay takes mail; `web` is the port of health and metrics, `pages` of the opt-out."""
    _note("started", version=version, node=node, listeners=listeners, web=web, pages=pages)


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
    _EVENTS.labels("worker-failed").inc()
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
    _ACCEPTED.inc(recipients)
    _ACCEPT_SECONDS.observe(seconds)
    _note("accepted", id=message_id, host=host, size=size, recipients=recipients)


def rejected(host: str, address: str, reason: str) -> None:
    """A client was told no; `host` is empty where nobody knows the peer."""
    _note("rejected", host=host, address=address, reason=reason)


def session_failed(address: str, error: BaseException) -> None:
    """A session met a bug or the store could not commit; the client heard 451."""
    _EVENTS.labels("session-failed").inc()
    _log.error("session-failed", address=address, exc_info=error)


def not_accepting(reason: str) -> None:
    """New mail gets 452 until there is room again."""
    _warn("not-accepting", reason=reason)


def accepting() -> None:
    """There is room again."""
    _note("accepting")


# Understanding


def prepared(message_id: str, kind: str, verdict: str, route: str) -> None:
    """A message was understood and decided."""
    _VERDICTS.labels(verdict).inc()
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
    _note("batch-closed", kind=kind, mail=mail_id, recipient=recipient, reports=reports)


def pressed(kind: str, recipient: str, mails: int) -> None:
    """Mails that waited to be sent, and may wait longer, were taken back into one."""
    _note("pressed", kind=kind, recipient=recipient, mails=mails)


def chose(event: str, recipient: str, scope: str, level: str, source: str) -> None:
    """A recipient chose what to get, or took that back."""
    _note(event, recipient=recipient, scope=scope, level=level, source=source)


def link_refused(address: str) -> None:
    """Somebody came with a link that is none of ours, or no more."""
    _warn("link-refused", address=address)


def came_back(message_id: str, sort: str) -> None:
    """A mail came to one of our return addresses, and was read."""
    _RETURNED.labels(sort).inc()
    _note("came-back", id=message_id, sort=sort)


def suppressed(recipient: str) -> None:
    """An address has refused mail for good too often, and gets none for a time."""
    _warn("suppressed", recipient=recipient)


def layout_failed(batch: str, error: BaseException) -> None:
    """A batch's mail could not be composed: a bug. Its reports leave as a plain list (P6)."""
    _EVENTS.labels("layout-failed").inc()
    _log.error("layout-failed", batch=batch, exc_info=error)


def missing(host: str, jobs: list[str]) -> None:
    """Reports that were expected did not come, and their recipients are told."""
    _warn("missing", host=host, jobs=jobs)


# SMTP out


def delivered(mail_id: str, upstream: str, reply: str, urgent: bool, seconds: float) -> None:
    """Upstream took a mail, `seconds` after the message was accepted."""
    _ATTEMPTS.labels(upstream, "delivered", "").inc()
    _DELIVERY_SECONDS.labels("urgent" if urgent else "ordinary").observe(seconds)
    _note("delivered", mail=mail_id, upstream=upstream, reply=reply)


def deferred(mail_id: str, upstream: str, reply: str, cause: str, due_at: datetime) -> None:
    """Upstream did not take a mail now."""
    _ATTEMPTS.labels(upstream, "deferred", cause).inc()
    due = due_at.isoformat()
    _note("deferred", mail=mail_id, upstream=upstream, reply=reply, cause=cause, due_at=due)


def bounced(mail_id: str, upstream: str, reply: str, cause: str, told: str | None) -> None:
    """A mail was refused for good or grew too old; `told` gets the notice."""
    _ATTEMPTS.labels(upstream, "bounced", cause).inc()
    _warn("bounced", mail=mail_id, upstream=upstream, reply=reply, cause=cause, told=told)


def rules_broken(mail_id: str, rules: Sequence[str]) -> None:
    """A mail leaves although it breaks these rules of `relay lint`; nothing stops it (P6)."""
    for rule in rules:
        _BREACHES.labels(rule).inc()
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


# Domains and keys


def examined(counts: Mapping[str, int]) -> None:
    """The doctor has looked at domains, keys, certificates and upstreams."""
    for severity, count in counts.items():
        _FINDINGS.labels(severity).set(count)
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
