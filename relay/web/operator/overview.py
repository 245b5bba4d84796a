"""The overview: is mail flowing, where is what was accepted, what waits, what is not well.

What happens next: pulse.py keeps it up to date while somebody watches.
"""

from starlette.responses import Response

from relay.web.operator.desk import Desk, Visit
from relay.web.operator.flow import flow
from relay.web.operator.page import page


async def overview(desk: Desk, visit: Visit) -> Response:
    """Answer with how things stand."""
    found, _ = await desk.survey.read(lambda _: None)
    told = flow(found, desk.closed())
    return page(desk, visit, "overview.html", standing=found, flow=told)
