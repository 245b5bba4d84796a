"""Each finding is expected, and each expected one is found."""

import shutil
import subprocess
from pathlib import Path

import pytest

from relay.audit.audit import Audited, audit, mended
from relay.audit.rules.catalogue import RULES
from relay.audit.source import Kind, Source
from tests.audit.corpus import EVERY, Case

by_name = pytest.mark.parametrize("case", EVERY, ids=lambda case: case.name)


def found(audited: Audited) -> set[tuple[str, int]]:
    return {(each.rule.id, each.line) for each in audited.findings}


def test_the_corpus_is_large_and_knows_every_rule() -> None:
    assert len(EVERY) >= 120
    assert {rule.id for rule in RULES} - {
        rule for case in EVERY for rule, _ in case.expected
    } == set()
    assert sum(not case.expected for case in EVERY) >= 40


@by_name
def test_a_file_has_the_findings_that_it_should_have(case: Case) -> None:
    audited = audit(case.source)
    assert found(audited) == case.expected
    assert audited.note == ""


@by_name
def test_a_patch_adds_no_finding_and_leaves_a_shell_that_can_be_read(
    case: Case, tmp_path: Path
) -> None:
    before = audit(case.source)
    new = mended(case.source, before)
    if new == case.source.data:
        assert not any(each.edits for each in before.findings)
        return
    after = audit(Source(path=case.source.path, data=new, mode=case.source.mode))
    assert len(after.findings) < len(before.findings)
    assert {each.rule.id for each in after.findings} <= {each.rule.id for each in before.findings}
    if after.kind is Kind.SHELL:
        script = tmp_path / "script"
        script.write_bytes(new)
        shell = shutil.which("bash") or "/bin/sh"
        subprocess.run([shell, "-n", script], check=True)
    assert mended(Source(path=case.source.path, data=new, mode=case.source.mode), after) == new
