"""What an operator does on a page: an act by its name, with its reason, then back to the page.

The acts are those of the commands; only these are taken, with these arguments.
"""

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from relay import journal
from relay.web.operator.desk import Desk, Visit

_ACTS: dict[str, tuple[str, ...]] = {
    "queue retry": ("key", "reason"),
    "queue hold": ("key", "reason"),
    "queue release": ("key", "reason"),
    "queue drop": ("key", "reason"),
    "digest send": ("recipient", "name", "reason"),
    "recipients suppress": ("recipient", "days", "reason"),
    "recipients allow": ("recipient", "reason"),
    "jobs forget": ("host", "job", "reason"),
}
_GIVEN = {"recipients allow": {"everything": "no"}}
_LONGEST = 500


async def act(desk: Desk, visit: Visit) -> Response:
    """Do it, in the operator's name."""
    visit.must_act()
    name = visit.form.get("act", "")
    wanted = _ACTS.get(name)
    if wanted is None or any(not visit.form.get(each, "").strip() for each in wanted):
        raise HTTPException(400)
    given = {each: " ".join(visit.form[each].split())[:_LONGEST] for each in ("reason",)}
    arguments = {each: visit.form[each] for each in wanted} | given | _GIVEN.get(name, {})
    if not arguments.get("days", "1").isdigit() or len(arguments.get("days", "")) > 4:
        raise HTTPException(400)
    author = visit.session.operator
    done = await desk.act(name, arguments, author)
    journal.acted(author, name, done)
    back = visit.form.get("back", "")
    mark = "&" if "?" in back else "?"
    return RedirectResponse(f"{back}{mark}done={_word(name)}" if _ours(back) else "/", 303)


def _word(name: str) -> str:
    return name.replace(" ", "-")


def _ours(back: str) -> bool:
    """Whether a path leads to a page of ours, and nowhere else."""
    plain = back.isascii() and back.isprintable() and not set(back) & {"\\", "#"}
    return plain and back.startswith("/") and not back.startswith("//")
