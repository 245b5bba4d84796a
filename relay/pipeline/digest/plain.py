"""The mail of a batch whose own could not be composed: what each report says, and its ID.

Failing open (P6): a bug in a layout must not keep reports from those who wait for them. It uses
no template and nothing of the summaries, so there is little that could fail again.
What happens next: bulletin.py addresses it.
"""

from relay.mail.compose import Letterhead, notice
from relay.mail.headers import clean
from relay.pipeline.batch import Batch, Item
from relay.pipeline.titles import fitted
from relay.reports.finding import worst

_MOST = 500
_LONGEST_LINE = 200


def compose_plainly(batch: Batch, why: str, head: Letterhead) -> bytes:
    """Return a plain list of the batch's reports, the newest first; `why` says what went wrong."""
    verdict = worst(*(item.verdict for item in batch.items))
    many = len(batch.items)
    title = fitted(f"[{verdict.upper()}] {many} report(s) in ", clean(batch.key.name)[:40])
    said = [f"This mail could not be laid out as usual ({why}). These reports waited for it:", ""]
    said += [line for item in batch.items[: -_MOST - 1 : -1] for line in _lines(item)]
    if many > _MOST:
        said.append(f"and {many - _MOST} before these")
    return notice(head, title, [*said, "", "Each as it came: relay show ID"])


def _lines(item: Item) -> tuple[str, str]:
    named = clean(item.subject) or f"{item.verdict} {item.host} {item.job}"
    return named[:_LONGEST_LINE], f"    {item.message_id}"
