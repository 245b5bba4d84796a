"""Policy: the rules in force with how often each applied, and two ways to try others.

A mail that is pasted or uploaded is explained as `relay explain` would, by the processes that read
mail; other rules are tried on the mail of the last days in a process of its own, one at a time.
Neither changes anything.
"""

from datetime import timedelta

from starlette.exceptions import HTTPException
from starlette.responses import Response

from relay.pipeline.explain import account
from relay.store.arrivals import hits
from relay.web.operator.desk import Desk, Visit
from relay.web.operator.page import page

_DAYS = {"1": "the last day", "7": "the last week", "30": "the last 30 days"}
_MOST_CHANGES = 200


async def policy(desk: Desk, visit: Visit) -> Response:
    """Answer with the rules."""
    return await _page(desk, visit)


async def test(desk: Desk, visit: Visit) -> Response:
    """Answer with what would become of a mail."""
    raw = visit.form.get("file") or visit.form.get("mail", "")
    if not raw.strip():
        raise HTTPException(400)
    uploaded = bool(visit.form.get("file"))
    told = await desk.policies.explain(raw.encode("latin-1" if uploaded else "utf-8", "replace"))
    return await _page(desk, visit, tested=account("", told), prepared=told)


async def backtest(desk: Desk, visit: Visit) -> Response:
    """Answer with what other rules would have done."""
    visit.must_act()
    days, name = visit.form.get("days", ""), visit.form.get("name", "")
    if days not in _DAYS or name not in desk.policies.files():
        raise HTTPException(400)
    since, text = desk.now() - timedelta(days=int(days)), visit.form.get("text", "")
    found = await desk.policies.backtest(since, name, text)
    return await _page(desk, visit, compared=found, name=name, text=text, span=_DAYS[days])


async def _page(desk: Desk, visit: Visit, **shown: object) -> Response:
    files = desk.policies.files()
    name = visit.query.get("file", "")
    open_ = name if name in files else next(iter(files), "")
    told = {
        "rules": desk.policies.rules().rules,
        "hits": await desk.store.read(hits),
        "files": files,
        "name": open_,
        "text": files.get(open_, ""),
        "tested": None,
        "prepared": None,
        "compared": None,
        "span": "",
        "days": _DAYS,
        "most": _MOST_CHANGES,
    }
    return page(desk, visit, "policy.html", **(told | shown))
