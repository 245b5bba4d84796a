"""mdadm: what each event proves, and the arrays' own lines below it."""

import pytest

from relay.pipeline.fingerprint import fingerprint
from relay.reports.report import Kind, Report, Verdict
from tests.reports.given import report

COMPLETE = "md4 : active raid1 sdb1[1] sda1[0]\n      523712 blocks super 1.2 [2/2] [UU]\n"
DEGRADED = "md4 : active raid1 sda1[0]\n      523712 blocks super 1.2 [2/1] [U_]\n"
RECOVERY = (
    "      [=>.......]  recovery =  5.1% (1992519/39068840) finish=431.0min speed=143360K/sec\n"
)


def _mail(event: str, mdstat: str = "", array: str = "/dev/md4", disk: str = "") -> Report:
    related = f"It could be related to component device {disk}.\n\n" if disk else ""
    text = (
        "This is an automatically generated mail message from mdadm\nrunning on box9\n\n"
        f"A {event} event had been detected on md device {array}.\n\n{related}"
        f"Faithfully yours, etc.\n\nPersonalities : [raid1] \n{mdstat}\nunused devices: <none>\n"
    )
    return report(text, f"{event} event on {array}:box9")


@pytest.mark.parametrize(
    ("event", "verdict", "what"),
    [
        ("Fail", Verdict.FAILURE, "/dev/sdb1 failed in /dev/md4"),
        ("FailSpare", Verdict.FAILURE, "spare /dev/sdb1 failed in /dev/md4"),
        ("DegradedArray", Verdict.FAILURE, "/dev/md4 is degraded"),
        ("DeviceDisappeared", Verdict.FAILURE, "/dev/md4 disappeared"),
        ("SparesMissing", Verdict.WARNING, "/dev/md4 lacks spares"),
        ("MoveSpare", Verdict.WARNING, "spare moved to /dev/md4"),
        ("SpareActive", Verdict.SUCCESS, "spare /dev/sdb1 is active in /dev/md4"),
        ("TestMessage", Verdict.SUCCESS, "test message about /dev/md4"),
        ("RebuildStarted", Verdict.UNKNOWN, "rebuild of /dev/md4 has started"),
        ("Rebuild40", Verdict.UNKNOWN, "rebuild of /dev/md4 goes on"),
        ("RebuildFinished", Verdict.UNKNOWN, "rebuild of /dev/md4 has ended, well or not"),
        ("NewArray", Verdict.UNKNOWN, "new array /dev/md4"),
    ],
)
def test_an_event_proves_what_it_says(event: str, verdict: Verdict, what: str) -> None:
    found = _mail(event, disk="/dev/sdb1")
    assert (found.kind, found.verdict, found.what) == (Kind.MDADM, verdict, what)
    assert found.host == "box9"


@pytest.mark.parametrize("event", ["TestMessage", "RebuildFinished", "NewArray"])
def test_the_arrays_own_line_decides_where_the_event_does_not(event: str) -> None:
    assert _mail(event, COMPLETE).verdict is Verdict.SUCCESS
    assert _mail(event, DEGRADED).verdict is Verdict.FAILURE
    assert _mail(event, DEGRADED + RECOVERY).verdict is Verdict.WARNING


def test_a_degraded_array_that_looks_complete_again_was_degraded() -> None:
    assert _mail("DegradedArray", COMPLETE).verdict is Verdict.FAILURE


def test_a_test_message_never_ends_an_arrays_trouble() -> None:
    assert _mail("TestMessage").job != _mail("DegradedArray").job
    assert _mail("TestMessage", COMPLETE).job == _mail("DegradedArray").job


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        (COMPLETE, Verdict.SUCCESS),
        (DEGRADED, Verdict.FAILURE),
        (DEGRADED + RECOVERY, Verdict.WARNING),
        (COMPLETE.replace("sdb1[1]", "sdb1[1](F)"), Verdict.FAILURE),
        ("md4 : inactive sdb1[1](S)\n      523712 blocks super 1.2\n", Verdict.FAILURE),
        (
            f"md127 : inactive sdb[1](S)\n  5288 blocks super external:imsm\n{COMPLETE}",
            Verdict.SUCCESS,
        ),
        (COMPLETE + DEGRADED.replace("md4", "md5"), Verdict.FAILURE),
        ("/dev/md4:\n             State : clean, degraded, recovering\n", Verdict.FAILURE),
        ("/dev/md4:\n             State : clean\n", Verdict.SUCCESS),
        ("WARNING: mismatch_cnt is not 0 on /dev/md4", Verdict.WARNING),
        ("/sys/block/md4/md/mismatch_cnt:128", Verdict.WARNING),
        ("checkarray: E: MD subsystem not loaded, or /proc unavailable.", Verdict.FAILURE),
        ("mdadm: cannot open /dev/md4: No such file or directory", Verdict.FAILURE),
        (
            "Oct 12 03:40:01 box9 mdadm[9]: Fail event detected on md device /dev/md4",
            Verdict.FAILURE,
        ),
    ],
)
def test_the_lines_of_the_kernel_and_of_other_tools(text: str, verdict: Verdict) -> None:
    found = report(text, "raid")
    assert (found.kind, found.verdict) == (Kind.MDADM, verdict)


def test_the_state_of_something_else_is_not_an_arrays() -> None:
    assert report("State : clean").kind is not Kind.MDADM
    assert report("State : degraded").kind is not Kind.MDADM


def test_an_array_whose_second_line_is_missing_is_unknown() -> None:
    header = COMPLETE.partition("\n")[0]
    assert report(header, "raid").verdict is Verdict.UNKNOWN
    assert _mail("TestMessage", header).verdict is Verdict.UNKNOWN
    assert report(f"{COMPLETE}{header.replace('md4', 'md5')}", "raid").verdict is Verdict.UNKNOWN


def test_the_subject_of_an_empty_mail_proves_a_failure_only() -> None:
    assert report("", "DegradedArray event on /dev/md/4:box9").verdict is Verdict.FAILURE
    assert report("", "SpareActive event on /dev/md/4:box9").verdict is Verdict.UNKNOWN


def test_both_names_of_an_array_are_one_job() -> None:
    assert _mail("Fail", array="/dev/md/4").job == _mail("Fail", array="/dev/md4").job == "md4"
    assert _mail("Fail", array="/dev/md/root").job == "md/root"


def test_the_same_event_is_the_same_news_and_another_array_or_disk_is_not() -> None:
    first = fingerprint(_mail("Fail", DEGRADED, disk="/dev/sdb1"))
    assert fingerprint(_mail("Fail", DEGRADED, disk="/dev/sdb1")) == first
    assert fingerprint(_mail("Fail", DEGRADED, disk="/dev/sda1")) != first
    assert fingerprint(_mail("Fail", DEGRADED, array="/dev/md5", disk="/dev/sdb1")) != first
    assert fingerprint(_mail("DegradedArray", DEGRADED, disk="/dev/sdb1")) != first


def test_several_arrays_are_told_apart() -> None:
    found = report(COMPLETE + DEGRADED.replace("md4", "md5"), "raid")
    assert found.what == "1 of 2: md5 is degraded [U_]"
    assert [(part.name, part.verdict) for part in found.parts] == [
        ("md5", Verdict.FAILURE),
        ("md4", Verdict.SUCCESS),
    ]
