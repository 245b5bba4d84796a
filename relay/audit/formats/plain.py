"""A finding as a dictionary for JSON: one object for each."""

from typing import Any

from relay.audit.finding import Finding, Rule


def plain(finding: Finding) -> dict[str, Any]:
    """Return a finding as programs get it."""
    return {
        "rule": finding.rule.id,
        "severity": str(finding.rule.severity),
        "path": finding.path,
        "line": finding.line,
        "column": finding.column,
        "title": finding.rule.title,
        "detail": finding.detail,
        "why": finding.rule.why,
        "remedy": finding.rule.remedy,
        "source": finding.rule.source,
        "fixable": bool(finding.edits),
        "key": finding.key,
        "observed": finding.observed,
    }


def plain_rule(rule: Rule) -> dict[str, str]:
    """Return a rule as programs get it."""
    return {
        "id": rule.id,
        "severity": str(rule.severity),
        "title": rule.title,
        "why": rule.why,
        "remedy": rule.remedy,
        "source": rule.source,
    }
