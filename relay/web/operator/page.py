"""What every page of the operator's has in common: the headers, the frame, how things are written.

A page runs one script of our own, loads nothing from elsewhere, is kept nowhere and framed by
nobody. Whatever comes from a host, a mail or a form is text: the templates escape all of it.
What happens next: each page has a template of its own in templates/.
"""

from collections.abc import Mapping
from datetime import datetime
from importlib.resources import files
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup
from starlette.responses import HTMLResponse, Response

from relay.web.operator.desk import Desk, Visit

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; "
    "connect-src 'self'; img-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",  # or browsers would send forms with the origin "null"
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "no-store",
}
STATIC = {
    name: ((files("relay.web.operator") / "static" / name).read_bytes(), kind)
    for name, kind in (
        ("style.css", "text/css"),
        ("live.js", "text/javascript"),
        ("icon.svg", "image/svg+xml"),
    )
}
WORDS = {
    "success": "OK",
    "warning": "WARNING",
    "failure": "FAILED",
    "unknown": "UNKNOWN",
    "missing": "MISSING",
    "none": "no report",
}
_LETTERS = {"s": "success", "w": "warning", "f": "failure", "u": "unknown", "-": "none"}
_UNITS = ((86400.0, "d"), (3600.0, "h"), (60.0, "min"))


def page(desk: Desk, visit: Visit, template: str, **shown: object) -> Response:
    """Return a page as an answer."""
    return HTMLResponse(rendered(desk, visit, template, **shown))


def stranger_page(desk: Desk, template: str, status: int, **shown: object) -> Response:
    """Return a page that says nothing of who asks: they may be nobody we know."""
    return HTMLResponse(rendered(desk, None, template, **shown), status)


def rendered(desk: Desk, visit: Visit | None, template: str, **shown: object) -> str:
    """Return a page, or a part of one, as text."""
    known: dict[str, object] = {
        "visit": visit,
        "csrf": visit.csrf if visit else "",
        "zone": desk.zone(),
        "now": desk.now(),
        "done": visit.query.get("done", "") if visit else "",
    }
    return _PAGES.get_template(template).render(known | shown)


@pass_context
def _moment(context: Context, at: datetime | None) -> Markup:
    """Write a time as people read it, with all of it for machines and for who points at it."""
    if at is None:
        return Markup()
    local = at.astimezone(ZoneInfo(context["zone"]))
    near = abs(local - context["now"]).days < 300
    text = local.strftime("%d %b %H:%M" if near else "%d %b %Y")
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        at.isoformat(timespec="seconds"), local.strftime("%a %d %b %Y %H:%M:%S %Z"), text
    )


@pass_context
def _age(context: Context, at: datetime | None) -> str:
    """Say how long ago something was, or how long it takes still."""
    if at is None:
        return ""
    seconds = abs((context["now"] - at).total_seconds())
    for unit, word in _UNITS:
        if seconds >= unit * (2 if word != "min" else 1):
            return f"{seconds / unit:.0f} {word}"
    return f"{seconds:.0f} s"


def _size(number: float) -> str:
    """Write a number of bytes."""
    for unit in ("B", "kB", "MB", "GB"):
        if abs(number) < 1000:
            return f"{number:.0f} {unit}" if unit == "B" else f"{number:.1f} {unit}"
        number /= 1000
    return f"{number:,.1f} TB"


def _runs(strip: str) -> list[tuple[str, str, int]]:
    """Return a strip of verdicts as (verdict, letters, how many), the same ones together."""
    found: list[tuple[str, str, int]] = []
    for letter in strip:
        verdict = _LETTERS.get(letter, "none")
        if found and found[-1][0] == verdict:
            found[-1] = (verdict, found[-1][1] + letter.upper(), found[-1][2] + 1)
        else:
            found.append((verdict, letter.upper(), 1))
    return found


def _in_words(strip: str) -> str:
    """Say what a strip shows."""
    count = {
        verdict: strip.count(letter) for letter, verdict in _LETTERS.items() if letter in strip
    }
    said = ", ".join(f"{many} {WORDS[verdict]}" for verdict, many in count.items())
    return f"last {len(strip)} runs, oldest first: {said}" if strip else "no runs yet"


def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("relay.web.operator"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(
        moment=_moment, age=_age, size=_size, runs=_runs, in_words=_in_words, word=_word
    )
    return made


def _word(verdict: str | None) -> str:
    return WORDS.get(verdict or "none", str(verdict))


_PAGES = _environment()


def texts(values: Mapping[str, str | None]) -> dict[str, str]:
    """Return what of a query is there, for the link to the next page."""
    return {name: value for name, value in values.items() if value}
