"""Promises that must hold for every text, tried on many."""

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from relay.pipeline.fingerprint import fingerprint
from relay.reports.report import Verdict
from tests.reports.given import report
from tests.reports.texts import SUCCESSES, UNREADABLE, ending, endings, grouped

_counts = st.integers(0, 10**12).map(grouped)
_rates = st.builds("{}.{:02d}".format, st.integers(0, 10**9).map(grouped), st.integers(0, 99))
_moments = st.integers(0, 4_000_000_000).map(
    lambda at: datetime.fromtimestamp(at, UTC).strftime("%Y/%m/%d %H:%M:%S")
)


@given(text=st.sampled_from(SUCCESSES), end=endings(), data=st.data())
def test_p2_a_final_error_line_anywhere_in_a_success_report_makes_it_a_failure(
    text: str, end: str, data: st.DataObject
) -> None:
    lines = text.split("\n")
    at = data.draw(st.integers(0, len(lines)))
    found = report("\n".join((*lines[:at], end, *lines[at:])), "Backup OK")
    assert found.verdict is Verdict.FAILURE
    assert end in [each.text for each in found.evidence]
    assert found.claim_truthful is False


@given(text=st.sampled_from(SUCCESSES), data=st.data())
def test_p2_a_success_report_without_its_evidence_is_no_success(
    text: str, data: st.DataObject
) -> None:
    lines = text.split("\n")
    missing = data.draw(st.sampled_from(report(text).evidence))
    left = [line for number, line in enumerate(lines, 1) if number != missing.line]
    kept = report("\n".join(left)).verdict
    runs = sum(line.startswith("total size is") for line in lines)
    assert kept is not Verdict.SUCCESS or runs > 1
    proofs = {each.line for each in report(text).evidence}
    left = [line for number, line in enumerate(lines, 1) if number not in proofs]
    assert report("\n".join(left)).verdict is not Verdict.SUCCESS


@given(text=st.sampled_from(SUCCESSES), number=st.integers(0, 60))
def test_p2_a_success_report_cut_short_is_no_success(text: str, number: int) -> None:
    lines = text.split("\n")[:number]
    complete = any(" speedup is " in line or "  total size " in line for line in lines)
    assert complete or report("\n".join(lines), "Backup OK").verdict is not Verdict.SUCCESS


@given(text=st.text(max_size=400), subject=st.text(max_size=80))
def test_p2_no_text_at_random_is_a_success_or_an_exception(text: str, subject: str) -> None:
    assert report(text, subject).verdict is not Verdict.SUCCESS


_OUTPUT = """{moment} [{pid}] building file list
a/b.txt
Number of files: {files} (reg: 2, dir: 1)
Total file size: {size} bytes
sent {sent} bytes  received {received} bytes  {rate} bytes/sec
total size is {size}  speedup is {rate}
{rest}"""
_VARIED = st.fixed_dictionaries(
    {
        "moment": _moments,
        "pid": st.integers(1, 4_000_000),
        "files": st.integers(1, 10**9).map(grouped),
        "size": st.integers(1, 10**12).map(grouped),
        "sent": st.integers(100, 10**12).map(grouped),
        "received": _counts,
        "rate": _rates,
    }
)
_RESTS = (
    "",
    f"{UNREADABLE}\n{ending(23)}",
    'file has vanished: "/a/b c 7"\n' + ending(24),
    f"ssh: connect to host nas port 22: Connection refused\n{ending(255)}",
    "rsync: connection unexpectedly closed (77 bytes received so far) [sender]\n" + ending(12),
)


@given(rest=st.sampled_from(_RESTS), first=_VARIED, second=_VARIED)
@settings(max_examples=200)
def test_times_sizes_and_process_ids_never_change_a_fingerprint(
    rest: str, first: dict[str, object], second: dict[str, object]
) -> None:
    reports = [report(_OUTPUT.format(rest=rest, **varied)) for varied in (first, second)]
    assert fingerprint(reports[0]) == fingerprint(reports[1])


@given(
    first=st.tuples(st.integers(1, 999), st.sampled_from(["3.1.3", "3.5.0"])),
    second=st.tuples(st.integers(1, 999), st.sampled_from(["3.1.3", "3.5.0"])),
)
def test_the_place_in_rsyncs_source_is_no_news(
    first: tuple[int, str], second: tuple[int, str]
) -> None:
    texts = [
        f"{UNREADABLE}\n{ending(23, 'sender', version, line)}" for line, version in (first, second)
    ]
    assert len({fingerprint(report(text)) for text in texts}) == 1
