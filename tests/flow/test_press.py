"""What waits to be sent, and may, leaves as one mail: after an outage, in a flood, by quota."""

from relay.pipeline.quota import Quota
from relay.store.schema import attempts
from relay.store.views import dossier
from tests.flow.world import OPS, SUCCESS, World, failure
from tests.store.builders import ask

VANISHED = (
    "rsync warning: some files vanished before they could be transferred (code 24) at main.c(1338)"
    " [sender=3.2.7]\n"
)


def under_quota(world: World, **limits: int) -> None:
    world.quota = Quota(**limits)
    world.start()


def test_what_a_host_sent_while_upstream_was_away_leaves_as_one_mail(world: World) -> None:
    world.away = True
    for number in range(30):
        world.send(SUCCESS, subject=f"copy of {number:x}x")
        world.clock.advance(minutes=5)
    assert world.fates() == {"in_flight": 30}
    for number in range(30, 32):
        world.send(SUCCESS, subject=f"copy of {number:x}x")
    assert world.fates() == {"waiting": 31, "in_flight": 1}
    world.away = False
    world.advance(minutes=10)
    assert [subject.partition("]")[0] for subject in world.mailbox()] == ["[OK", "[31 OK"]
    assert world.fates() == {"digested": 31, "delivered": 1}


def test_p3_failures_and_first_warnings_are_not_taken_back(world: World) -> None:
    world.away = True
    world.send(failure(), subject="copy of home")
    world.send(VANISHED, subject="copy of mail")
    for number in range(40):
        world.clock.advance(minutes=1)
        world.send(SUCCESS, subject=f"copy of {number:x}x")
    world.away = False
    world.work()
    assert world.mailbox()[0].startswith("[FAILED] web01 copy of home")
    assert any(subject.startswith("[WARNING] web01 copy of mail") for subject in world.mailbox())


def test_a_mail_that_upstream_may_have_is_never_taken_back(world: World) -> None:
    world.away = True
    for number in range(31):
        world.clock.advance(minutes=1)
        world.accept(SUCCESS, subject=f"copy of {number:x}x")
    for each in world.claim_messages():
        world.store.write_now(world.concluding(each))
    lost = world.claim_attempts()[0].outgoing.id  # the process dies while it sends
    world.clock.advance(minutes=5)
    world.press()
    states = {mail["id"]: mail["state"] for mail in mails_of(world, lost.partition("-")[0])}
    assert states[lost] == "queued"


def mails_of(world: World, message_id: str) -> list[dict[str, object]]:
    return [dict(mail) for mail in ask(world.store, lambda c: dossier(c, message_id)).mails]


def test_why_tells_of_it(world: World) -> None:
    world.away = True
    for number in range(31):
        message_id = world.send(SUCCESS, subject=f"copy of {number:x}x")
        world.clock.advance(minutes=1)
    lines = ask(world.store, lambda c: dossier(c, message_id)).lines
    (merged,) = [line.event for line in lines if line.event.kind == "merged"]
    assert merged.data["batch"] == "storm"


def test_an_upstream_gets_no_more_a_minute_than_it_takes(world: World) -> None:
    under_quota(world, per_minute=10)
    sent = []
    for number in range(20):
        world.send(SUCCESS, f"p{number}@example.org", subject=f"copy of {number:x}x")
        sent.append(len(world.arrived))
    assert sent[-1] == 8
    world.advance(minutes=1)
    world.work()
    assert len(world.arrived) == 16


def test_p3_a_fifth_of_a_quota_is_kept_for_failures(world: World) -> None:
    under_quota(world, per_day=10)
    for number in range(20):
        world.send(SUCCESS, f"p{number}@example.org", subject=f"copy of {number:x}x")
    before = len(world.arrived)
    world.send(failure(), subject="copy of home")
    assert world.mailbox()[-1].startswith("[FAILED] web01 copy of home")
    assert len(world.arrived) == before + 1


def test_what_a_quota_leaves_waiting_becomes_one_mail_for_each_recipient(world: World) -> None:
    under_quota(world, per_minute=10)
    for number in range(30):
        host = f"web{number % 5:02}"
        world.send(SUCCESS, subject=f"copy of {number:x}x", host=host)
    assert len(world.mailbox()) == 8
    world.advance(minutes=15)
    fates = world.fates()
    assert fates["digested"] >= 18
    assert fates["digested"] + fates["delivered"] == 30
    assert [subject for subject in world.mailbox() if "OK] what could wait" in subject]


def test_attempts_that_failed_count_too(world: World) -> None:
    under_quota(world, per_day=5)
    world.refuse = lambda recipient: recipient == OPS
    for number in range(3):
        world.send(SUCCESS, subject=f"copy of {number:x}x")
    tried = ask(world.store, lambda c: len(c.execute(attempts.select()).all()))
    world.clock.advance(minutes=2)
    world.send(SUCCESS, "other@example.org", subject="copy of home")
    now = ask(world.store, lambda c: len(c.execute(attempts.select()).all()))
    assert now <= 5
    assert tried >= 3


def test_the_day_slides(world: World) -> None:
    under_quota(world, per_day=5)
    for number in range(8):
        world.send(SUCCESS, f"p{number}@example.org", subject=f"copy of {number:x}x")
    assert len(world.arrived) == 4
    world.clock.advance(hours=24, seconds=1)
    world.work()
    assert len(world.arrived) == 8


def test_one_job_that_floods_is_summed_up(world: World) -> None:
    world.send(SUCCESS)
    for number in range(40):
        world.clock.advance(seconds=10)
        world.send(VANISHED.replace("some", f"{number}"), subject="nightly copy")
    assert len(world.mailbox()) <= 11
    world.advance(minutes=10)
    assert sum(world.fates().values()) == 41


def test_p3_a_job_that_floods_with_failures_is_told_of_each_new_one(world: World) -> None:
    codes = (1, 2, 3, 4, 5, 6, 10, 11, 12, 13, 14, 20, 21, 22, 30, 35)
    for code in codes:
        world.clock.advance(seconds=10)
        world.send(failure(code))
    assert len(world.mailbox()) == len(codes)


def test_a_flood_leaves_room_for_what_was_learned(world: World) -> None:
    for _ in range(40):
        world.send(SUCCESS)
        world.advance(days=1)
    for _ in range(200):
        world.clock.advance(seconds=2)
        world.send(SUCCESS)
    world.advance(hours=23)
    world.send(SUCCESS)
    assert not [subject for subject in world.mailbox() if subject.startswith("[MISSING]")]
    world.advance(days=3)
    assert [subject for subject in world.mailbox() if subject.startswith("[MISSING]")]


def test_the_two_mails_of_one_run_are_one_incident(world: World) -> None:
    cron = "Cron <root@web01> /usr/local/bin/backup-www.sh"
    world.send("Backup finished.\n", subject="Backup www done")
    world.clock.advance(seconds=20)
    world.send(failure(), subject=cron)
    first, second = (each.field("Message-ID") for each in world.arrived)
    assert world.arrived[1].field("References") == first
    assert second != first
    world.advance(hours=24)
    world.send(failure(), subject=cron)
    world.clock.advance(seconds=20)
    world.send("Backup finished.\n", subject="Backup www done")
    (reminder,) = world.mailbox()[2:]
    assert "once more, since" in reminder
