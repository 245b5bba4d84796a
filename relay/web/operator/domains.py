"""Domains: what the doctor found at its last visit, the worst first."""

from starlette.responses import Response

from relay.store import findings
from relay.web.operator.desk import Desk, Visit
from relay.web.operator.page import page

_RANKS = ("error", "warning", "note", "ok")


async def domains(desk: Desk, visit: Visit) -> Response:
    """Answer with the findings of each node's doctor."""
    found = await desk.store.read(findings.last)
    for each in found:
        each.findings.sort(key=lambda finding: _RANKS.index(finding["severity"]))
    return page(desk, visit, "domains.html", found=found, ranks=_RANKS)
