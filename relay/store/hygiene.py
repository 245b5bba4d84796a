"""The mails of the last days as they were accepted, for who judges what jobs send.

Only those whose bytes are still kept can be looked at; the newest come first, so that a bound on
their number drops the oldest.
"""

import json
from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Connection, select

from relay.audit.observed import Accepted
from relay.mail.received import Origin
from relay.reports.report import Verdict
from relay.store.schema import messages, originals

_PAGE = 100


def accepted(connection: Connection, since: datetime, limit: int) -> Iterator[Accepted]:
    """Yield what was accepted and understood since then, reports of jobs only."""
    query = (
        select(
            messages.c.id,
            messages.c.accepted_at,
            messages.c.host,
            messages.c.report_host,
            messages.c.job,
            messages.c.verdict,
            messages.c.origin,
            originals.c.raw,
        )
        .join(originals, originals.c.message_id == messages.c.id)
        .where(
            messages.c.accepted_at >= since,
            messages.c.state == "concluded",
            messages.c.verdict != Verdict.NONE,
        )
        .order_by(messages.c.accepted_at.desc(), messages.c.id.desc())
        .limit(limit)
    )
    for row in connection.execution_options(yield_per=_PAGE).execute(query):
        yield Accepted(
            id=row.id,
            at=row.accepted_at,
            host=row.report_host or row.host,
            job=row.job or "",
            verdict=Verdict(row.verdict),
            origin=Origin(**json.loads(row.origin)),
            raw=bytes(row.raw),
        )
