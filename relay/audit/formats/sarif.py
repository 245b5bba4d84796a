"""SARIF 2.1.0 (OASIS standard), the form that code-scanning front ends read.

Every rule is listed, so that a front end can show those that are clean; a finding refers to its
rule by index, and carries its key as a fingerprint, so that it is the same finding after its line
has moved.
"""

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from relay.audit.audit import Audited
from relay.audit.finding import Finding, Rule, Severity
from relay.audit.rules.catalogue import RULES

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note"}
_INDEX = {rule.id: number for number, rule in enumerate(RULES)}


def sarif(results: Iterable[Audited], version: str) -> dict[str, Any]:
    """Return a log with one run (SARIF s3.13, s3.14)."""
    found = list(results)
    return {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "relay audit",
                        "semanticVersion": version,
                        "rules": [_rule(rule) for rule in RULES],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "results": [_result(each) for one in found for each in one.findings],
                "invocations": [
                    {
                        "executionSuccessful": True,
                        "toolExecutionNotifications": [_note(one) for one in found if one.note],
                    }
                ],
            }
        ],
    }


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": f"{rule.why} {rule.remedy}"},
        "help": {"text": f"{rule.why}\n\n{rule.remedy}\n\nSource: {rule.source}"},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
    }


def _result(finding: Finding) -> dict[str, Any]:
    told = f"{finding.rule.title}: {finding.detail}. {finding.rule.remedy}"
    return {
        "ruleId": finding.rule.id,
        "ruleIndex": _INDEX[finding.rule.id],
        "level": _LEVELS[finding.rule.severity],
        "message": {"text": " ".join(filter(None, (told, finding.observed)))},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": _uri(finding.path)},
                    "region": {"startLine": finding.line, "startColumn": finding.column},
                }
            }
        ],
        "partialFingerprints": {"relayAudit/v1": finding.key},
    }


def _note(result: Audited) -> dict[str, Any]:
    location = {"physicalLocation": {"artifactLocation": {"uri": _uri(result.path)}}}
    return {"level": "note", "message": {"text": result.note}, "locations": [location]}


def _uri(path: str) -> str:
    """Return a path as a reference (RFC 3986); bytes that are no UTF-8 are escaped as they are."""
    return quote(path.encode("utf-8", "surrogateescape"), safe="/-._~")
