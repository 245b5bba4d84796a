"""DMARC aggregate reports: XML of any of its dialects (RFC 9990, and RFC 7489 before it).

Namespaces differ between receivers and are ignored. A document type is refused: no report needs
one, and entities are how XML grows without bound. Sources beyond a limit are counted, not kept,
the largest first.
What happens next: read.py.
"""

import io
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from relay.feedback import plain
from relay.feedback.report import About, DmarcReport, Source, Unreadable

_MOST_SOURCES = 1000
_MOST_RECORDS = 200_000
_DISPOSITIONS = ("none", "pass", "quarantine", "reject")


def read(xml: bytes) -> DmarcReport | Unreadable:
    """Return what an aggregate report says."""
    head: dict[str, Element] = {}
    found: list[Source] = []
    try:
        for element in _elements(xml):
            if _name(element) == "record":
                found += _source(element)
            else:
                head.setdefault(_name(element), element)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        return Unreadable(
            why=plain.line(f"the XML cannot be read: {error or type(error).__name__}")
        )
    about = _about(head)
    if about is None:
        return Unreadable(why="the XML is no aggregate report: its metadata is missing")
    found.sort(key=lambda each: -each.count)
    kept, cut = found[:_MOST_SOURCES], found[_MOST_SOURCES:]
    return DmarcReport(about=about, sources=tuple(kept), cut=sum(each.count for each in cut))


def _elements(xml: bytes) -> Iterator[Element]:
    """Yield each child of the root when it is complete, and forget it then."""
    depth, records = 0, 0
    root: Element | None = None
    for event, element in iterparse(io.BytesIO(xml), ("start", "end"), forbid_dtd=True):
        if event == "start":
            root = element if root is None else root
            depth += 1
            continue
        depth -= 1
        if depth == 1 and root is not None:
            records += 1
            if records > _MOST_RECORDS:
                raise ValueError(f"more than {_MOST_RECORDS} records")
            yield element
            if _name(element) == "record":
                root.remove(element)


def _about(head: dict[str, Element]) -> About | None:
    metadata, policy = head.get("report_metadata"), head.get("policy_published")
    domain = plain.domain(_text(policy, "domain"))
    begin = plain.moment(_text(metadata, "date_range", "begin"))
    end = plain.moment(_text(metadata, "date_range", "end"))
    if not domain or begin is None or end is None or end < begin:
        return None
    return About(
        reporter=plain.line(_text(metadata, "org_name")) or "?",
        number=plain.line(_text(metadata, "report_id")),
        domain=domain,
        begin=begin,
        end=end,
    )


def _source(record: Element) -> list[Source]:
    """Return the source that a record is about, none if it names no address."""
    row, names = _child(record, "row"), _child(record, "identifiers")
    address, count = plain.address(_text(row, "source_ip")), plain.count(_text(row, "count"))
    if not address or not count:
        return []
    done = plain.line(_text(row, "policy_evaluated", "disposition")).lower()
    return [
        Source(
            address=address,
            count=count,
            dkim=_passed(row, "dkim"),
            spf=_passed(row, "spf"),
            disposition=done if done in _DISPOSITIONS else "none",
            header_from=plain.domain(_text(names, "header_from")),
            envelope_from=plain.domain(_text(names, "envelope_from")),
        )
    ]


def _passed(row: Element | None, what: str) -> bool:
    return plain.line(_text(row, "policy_evaluated", what)).lower() == "pass"


def _text(element: Element | None, *path: str) -> str | None:
    for name in path:
        element = _child(element, name)
    return None if element is None else element.text


def _child(element: Element | None, name: str) -> Element | None:
    if element is None:
        return None
    return next((each for each in element if _name(each) == name), None)


def _name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2].lower()
