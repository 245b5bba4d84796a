"""P9: what the ledger holds is told in sentences, and nothing is left out."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from relay.pipeline.conclude import conclude
from relay.pipeline.history import History, Pace
from relay.pipeline.stages import Event
from relay.pipeline.story import tell
from relay.reports.report import Claim, Evidence, Verdict
from tests.pipeline.test_conclude import ADDRESSING, ID, NOW, settled
from tests.store import builders

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def told(*events: Event, mails: tuple[dict[str, object], ...] = ()) -> str:
    return "\n".join(tell([(NOON, event) for event in events], mails))


def test_p9_the_story_names_verdict_evidence_rule_and_claim() -> None:
    prepared = builders.prepared(ID)
    report = replace(
        prepared.report,
        job="rsync /srv/www",
        host="web01",
        claim=Claim.SUCCESS,
        claim_truthful=False,
        evidence=(
            Evidence(
                line=41, text="rsync error: (code 23)", rule="rsync.code-23", proves=Verdict.FAILURE
            ),
        ),
    )
    prepared = replace(prepared, report=report)
    received = builders.received(ID, NOW)
    (event,) = conclude(prepared, received, ADDRESSING, Pace(), History(), NOW).events
    story = told(event)
    for part in (
        "verdict failure",
        "rsync /srv/www",
        "line 41: rsync error: (code 23)",
        "rsync.code-23",
        "claims success; that is false",
        "Rule default: goes at once.",
    ):
        assert part in story


def test_p9_the_story_of_an_attempt_quotes_the_reply() -> None:
    assert "450 busy" in told(settled(builders.BUSY).event)
    assert "deferred in attempt 1 by smarthost" in told(settled(builders.BUSY).event)


def test_p9_the_story_says_what_happens_next_and_when() -> None:
    mail = {
        "id": f"{ID}-1",
        "state": "queued",
        "recipient": "ops@x.org",
        "due_at": NOON + timedelta(hours=1),
        "reason": "450 busy",
    }
    assert "goes to ops@x.org" in told(mails=(mail,))
    assert "450 busy" in told(mails=(mail,))


def test_p9_an_event_that_nobody_taught_us_is_told_all_the_same() -> None:
    story = told(Event(kind="moonrise", message_id=ID, data={"height": 3}))
    assert "moonrise" in story
    assert "height" in story


def test_p9_the_rules_that_a_mail_broke_are_named() -> None:
    data = {
        "outgoing": "X-1", "recipient": "a@example.org", "upstream": "u", "attempt": 1,
        "reply": "250 ok", "remote": "mx", "lint": ["RL101", "RL407"],
    }  # fmt: skip
    story = told(Event(kind="delivered", message_id="X", data=data))
    assert "250 ok; it breaks RL101, RL407 of `relay lint`." in story
