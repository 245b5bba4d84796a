"""Each mail in tests/messages that has a `report` beside it, and each sample, is judged as told."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from relay.pipeline.fingerprint import fingerprint
from relay.reports.report import Kind, Report, Verdict
from tests.conftest import SAMPLES
from tests.reports.given import understood

MESSAGES = Path(__file__).parent.parent / "messages"


def _expected() -> list[Any]:
    found = []
    for path in sorted(MESSAGES.glob("*.eml")):
        beside = yaml.safe_load(path.with_suffix(".yaml").read_text("utf-8"))
        if "report" in beside:
            found.append(pytest.param(path, beside["report"], id=path.stem))
    return found


@pytest.mark.parametrize(("path", "expected"), _expected())
def test_a_mail_is_judged_as_the_file_beside_it_says(path: Path, expected: dict[str, Any]) -> None:
    found = understood(path)
    named = ("kind", "verdict", "host", "job", "exit_code", "claim", "claim_truthful")
    assert {name: getattr(found, name) for name in named} == {
        name: expected[name] for name in named
    }, found
    first = found.evidence[0] if found.evidence else None
    if expected["rule"]:
        assert first is not None
        assert first.rule == expected["rule"]
    if expected["line"] is not None:
        assert first is not None
        assert first.line == expected["line"]


def test_p9_no_secret_reaches_a_report() -> None:
    found = understood(MESSAGES / "rsync-16-password-in-the-log.eml")
    assert found.verdict is Verdict.FAILURE
    assert "hunter2" not in repr(found)


def _samples() -> list[dict[str, Any]]:
    labels = SAMPLES / "labels.yaml"
    if not labels.exists():
        return []
    read: list[dict[str, Any]] = yaml.safe_load(labels.read_text("utf-8"))["messages"]
    return read


_READ = {Kind.RSYNC, Kind.CRON_OTHER, Kind.HUMAN, Kind.BOUNCE, Kind.OTHER}
_COVERED = [label for label in _samples() if label["kind"] in _READ]


def _verdicts(label: dict[str, Any]) -> set[str]:
    outcomes = {label["outcome"], *label.get("outcome_also_accepted", ())}
    return {"none" if outcome == "not-a-report" else outcome for outcome in outcomes}


@pytest.mark.samples
@pytest.mark.parametrize("label", _COVERED, ids=lambda label: str(label["id"]))
def test_a_labelled_sample_is_judged_as_its_label_says(label: dict[str, Any]) -> None:
    found = understood(SAMPLES / label["file"])
    assert found.verdict in _verdicts(label)
    empty = "empty-body" in label.get("tags", ())
    assert empty or (found.kind, found.host) == (label["kind"], label["source_host"])
    if label["subject_verdict"] == "misleading":
        assert found.claim_truthful is False
    elif found.claim_truthful is not None:
        assert found.claim_truthful is (label["subject_verdict"] == "truthful")
    for name, value in label["facts"].items():
        if name in found.facts:
            assert _plain(found.facts[name]) == value, name


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


_FAILED = [label for label in _samples() if "success" not in _verdicts(label)]


@pytest.mark.samples
@pytest.mark.parametrize("label", _FAILED, ids=lambda label: str(label["id"]))
def test_p2_no_sample_that_failed_is_called_a_success(label: dict[str, Any]) -> None:
    assert understood(SAMPLES / label["file"]).verdict is not Verdict.SUCCESS


def _print(label: dict[str, Any]) -> str:
    return fingerprint(understood(SAMPLES / label["file"]))


def _by_group() -> dict[str, set[str]]:
    groups: dict[str, set[str]] = {}
    for label in _samples():
        groups.setdefault(label["duplicate_group"], set()).add(_print(label))
    return groups


@pytest.mark.samples
def test_samples_with_the_same_news_have_one_fingerprint_and_others_have_others() -> None:
    assert all(len(prints) == 1 for prints in _by_group().values())
    news: dict[str, set[str]] = {}
    for label in _samples():
        news.setdefault(_print(label), set()).add(label["news"])
    assert all(len(told) == 1 for told in news.values()), news


def test_a_report_is_plain_data(tmp_path: Path) -> None:
    mail = tmp_path / "empty.eml"
    mail.write_bytes(b"")
    assert understood(mail) == Report(
        kind=Kind.OTHER,
        verdict=Verdict.UNKNOWN,
        host="web01",
        what="nothing recognised",
        news=("other", ""),
    )
