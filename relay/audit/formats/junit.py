"""JUnit's XML: a suite for each file, a failed case for each finding, a passed one if none."""

import re
from collections.abc import Sequence
from xml.sax.saxutils import quoteattr

from relay.audit.audit import Audited
from relay.audit.finding import Finding

# What XML 1.0 s2.2 lets a document hold.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(results: Sequence[Audited]) -> str:
    """Return the document."""
    total = sum(max(len(each.findings), 1) for each in results)
    failed = sum(len(each.findings) for each in results)
    lines = ['<?xml version="1.0" encoding="UTF-8"?>']
    lines.append(f'<testsuites name="relay audit" tests="{total}" failures="{failed}">')
    for result in results:
        lines += _suite(result)
    return "\n".join((*lines, "</testsuites>\n"))


def _suite(result: Audited) -> list[str]:
    count = len(result.findings)
    name = _attribute(result.path)
    head = f"  <testsuite name={name} tests={_number(max(count, 1))} failures={_number(count)}>"
    if not count:
        return [head, f'    <testcase name="audit" classname={name}/>', "  </testsuite>"]
    cases = [line for each in result.findings for line in _case(each)]
    return [head, *cases, "  </testsuite>"]


def _case(finding: Finding) -> list[str]:
    name = _attribute(f"{finding.rule.id} line {finding.line}")
    message = _attribute(f"{finding.rule.title}: {finding.detail}")
    kind = _attribute(str(finding.rule.severity))
    return [
        f"    <testcase name={name} classname={_attribute(finding.path)}>",
        f"      <failure type={kind} message={message}/>",
        "    </testcase>",
    ]


def _attribute(text: str) -> str:
    return quoteattr(_FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text))


def _number(value: int) -> str:
    return f'"{value}"'
