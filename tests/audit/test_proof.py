"""The rules of the truth family, proved by running: as it stands it lies, mended it does not."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from relay.audit.audit import audit, mended
from relay.audit.rules import truth
from relay.audit.source import Source
from relay.reports.claim import asserted
from relay.reports.report import Verdict
from tests.audit.proof import FALSE_ALARM, LIES, STUBS


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What came of a run: the subjects that people get, by the script or by cron."""

    subjects: tuple[str, ...]

    @property
    def claims(self) -> set[Verdict]:
        return {asserted(subject).verdict for subject in self.subjects}


def ran(script: bytes, folder: Path, good: str = "") -> Ran:
    """Run a script as cron would, with stubs for the work and for mail."""
    stubs, work = folder / "bin", folder / "work"
    for each in (stubs, work):
        each.mkdir(parents=True)
    for name, text in STUBS.items():
        (stubs / name).write_text(text)
        (stubs / name).chmod(0o755)
    file, sent = work / "script", folder / "sent"
    file.write_bytes(script)
    file.chmod(0o755)
    sent.touch()
    done = subprocess.run(
        [file],
        cwd=work,
        env={"PATH": f"{stubs}:{os.defpath}", "SENT": str(sent), "GOOD": good, "LC_ALL": "C"},
        capture_output=True,
        timeout=30,
        check=False,
    )
    subjects = sent.read_text().splitlines()
    if done.stdout or done.stderr:
        subjects.append("Cron job FAILED" if done.returncode else "Cron job: done")
    return Ran(subjects=tuple(subjects))


def source(script: str) -> Source:
    return Source(path="script.sh", data=script.encode(), mode=0o755)


def mended_script(script: str) -> bytes:
    return mended(source(script), audit(source(script)))


def test_every_rule_of_the_family_is_proved() -> None:
    proved = {name.partition(" ")[0] for name in LIES} | {"RA110"}
    assert proved == {rule.id for rule in truth.RULES}


@pytest.mark.parametrize("name", LIES)
def test_the_rule_is_the_one_that_is_found(name: str) -> None:
    found = {each.rule.id for each in audit(source(LIES[name])).findings}
    assert name.partition(" ")[0] in found


@pytest.mark.parametrize("name", LIES)
def test_the_script_as_it_stands_hides_a_failure(name: str, tmp_path: Path) -> None:
    claims = ran(LIES[name].encode(), tmp_path).claims
    if name == "RA111":
        assert claims == set()
    elif name == "RA112":
        assert claims == {Verdict.UNKNOWN}
    else:
        assert claims == {Verdict.SUCCESS}


@pytest.mark.parametrize("name", LIES)
def test_mended_it_tells_the_failure_and_claims_no_success(name: str, tmp_path: Path) -> None:
    assert ran(mended_script(LIES[name]), tmp_path).claims == {Verdict.FAILURE}


@pytest.mark.parametrize("name", LIES)
def test_mended_it_says_of_a_good_run_what_it_said_before(name: str, tmp_path: Path) -> None:
    before = ran(LIES[name].encode(), tmp_path / "before", good="yes")
    assert ran(mended_script(LIES[name]), tmp_path / "after", good="yes") == before


def test_a_false_alarm_is_one_and_mended_it_is_none(tmp_path: Path) -> None:
    assert ran(FALSE_ALARM.encode(), tmp_path / "1", good="yes").claims == {Verdict.FAILURE}
    new = mended_script(FALSE_ALARM)
    assert ran(new, tmp_path / "2", good="yes").subjects == ()
    assert ran(new, tmp_path / "3").claims == {Verdict.FAILURE}
