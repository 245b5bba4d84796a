"""Whatever hosts, mails and people write, no page of the operator's has another element for it.

The pages are rendered as they are for anybody and read by a parser that follows the HTML standard;
the tree of elements, with the names of their attributes, must be that of harmless text. Each text
stands in some place on each page.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
import pytest
from playwright.sync_api import Browser

from bench.console_pictures import log_in
from bench.pictures import chromium
from relay.pipeline.job import JobState
from relay.store import jobs
from relay.store.sessions import Session
from relay.web.operator.desk import Desk, Visit
from relay.web.operator.page import rendered
from tests.conftest import Clock
from tests.flow.world import NOW_FOR_ALL, World, failure
from tests.store.builders import ask
from tests.web.console import console
from tests.web.drawn import AT, PAGES, Text, messages, one_line
from tests.web.naughty import OUT_OF, RUNS, naughty

NAUGHTY = naughty()
_SESSION = Session(operator="alice", role="operator", until=AT)
_VISIT = Visit(session=_SESSION, csrf="0" * 64, query={}, path={}, form={})


def desk() -> Desk:
    return SimpleNamespace(zone=lambda: "UTC", now=lambda: AT)  # type: ignore[return-value]


def shape(text: str) -> list[tuple[str, tuple[str, ...], int]]:
    """Return the elements of a page with the names of their attributes and their depth."""
    tree = html5lib.parse(text, namespaceHTMLElements=False)
    return list(_elements(tree, 0))


def _elements(element: Element, depth: int) -> Iterator[tuple[str, tuple[str, ...], int]]:
    yield str(element.tag), tuple(sorted(map(str, element.attrib))), depth
    for child in element:
        yield from _elements(child, depth + 1)


def drawn(page: Callable[[Text], tuple[str, dict[str, Any]]], text: Text) -> str:
    template, shown = page(text)
    return rendered(desk(), _VISIT, template, **shown)


def forever(texts: list[str], start: int) -> Iterator[str]:
    while True:
        yield from texts[start:]
        start = 0


def test_there_are_thousands_of_them() -> None:
    assert len(NAUGHTY) == len(set(NAUGHTY)) >= 5000
    assert naughty() == NAUGHTY


def test_the_comparison_sees_an_element_that_was_added() -> None:
    good = drawn(messages, lambda: "harmless")
    assert shape(good) != shape(good.replace("harmless", "<b>x</b>", 1))
    assert shape(good) != shape(good.replace('class="id"', 'class="id" onclick="x"', 1))


@pytest.mark.timeout(300)
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.__name__)
def test_no_text_changes_the_tree_of_a_page(
    page: Callable[[Text], tuple[str, dict[str, Any]]],
) -> None:
    harmless = shape(drawn(page, lambda: "harmless"))
    used = 0
    texts = forever(NAUGHTY, PAGES.index(page) * 397)

    def text() -> str:
        nonlocal used
        used += 1
        return next(texts)

    while used < len(NAUGHTY):
        assert shape(drawn(page, text)) == harmless
    assert "54439" not in drawn(page, lambda: "{{ 7777 * 7 }}")


@pytest.mark.needs("chromium")
@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_chromium_sees_no_element_and_runs_nothing(store: Any, clock: Clock, tmp_path: Any) -> None:
    (tmp_path / "now.yaml").write_text(NOW_FOR_ALL)
    world = World(store, clock, tmp_path)
    foul = [out_of + runs for out_of in OUT_OF for runs in RUNS][::17]
    lines = "\n".join(one_line(each) for each in foul)
    message_id = world.send(failure() + lines, subject=f"Backup OK {one_line(foul[3])}")
    (state,) = jobs_of(world)
    for number, each in enumerate(foul):
        name = one_line(each).replace("\0", "")
        other = replace(state, host=f"h{number} {name}", job=f"j{number}/{name}")
        store.write_now(lambda tx, s=other: jobs.save(tx, s, 0))
    with console(world) as site, chromium() as browser:
        for path in ("/", "/fleet", f"/message/{message_id}", "/messages", "/ledger"):
            assert ran(browser, site.port, path) == []


def jobs_of(world: World) -> list[JobState]:
    return ask(world.store, jobs.every)


def ran(browser: Browser, port: int, path: str) -> list[str]:
    """Return what a page did that it should not, in a real browser."""
    page, seen = browser.new_page(), list[str]()
    page.on("dialog", lambda dialog: (seen.append(dialog.message), dialog.dismiss()))
    page.on("console", lambda said: seen.append(said.text))
    page.on(
        "request",
        lambda asked: seen.append(asked.url) if f"127.0.0.1:{port}" not in asked.url else None,
    )
    log_in(page, port)
    page.goto(f"http://127.0.0.1:{port}{path}")
    odd = "main :is(script, img, svg:not(figure svg), iframe, object, embed, base, meta, style)"
    seen += page.locator(odd).all_inner_texts()
    page.close()
    return seen
