"""A digest as an HTML page for mail clients: tables, inline styles, nothing to load, no script.

Autoescape is on, and the templates are ours alone; what they show is clean already. Colours for the
dark come from a style element; a client that drops it shows the light ones.
What happens next: compose.py puts it beside the text.
"""

from jinja2 import Environment, PackageLoader, StrictUndefined

from relay.pipeline.digest.sheet import Sheet

_ENVIRONMENT = Environment(
    loader=PackageLoader("relay.pipeline.digest"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_PAGE = _ENVIRONMENT.get_template("page.html")


def page(sheet: Sheet) -> str:
    """Return the digest as a page."""
    return _PAGE.render(sheet=sheet)
