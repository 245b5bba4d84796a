"""The public pages on a real store and a real server: what a GET leaves alone and a POST does."""

import re
import urllib.parse
import urllib.request
from contextlib import closing
from dataclasses import replace
from html.parser import HTMLParser
from http.client import HTTPConnection
from pathlib import Path

import pytest
from sqlalchemy import select

from relay.choice.choice import EVERYTHING, Level
from relay.choice.token import Key, Purpose, write
from relay.pipeline.job import JobState
from relay.store import jobs, keys
from relay.store.schema import choices as table
from relay.store.schema import metadata
from relay.store.store import Store
from relay.web.visitors import Visitors
from tests.conftest import Clock
from tests.flow.world import ADDRESSING, NOW_FOR_ALL, OPS, SECRET, SUCCESS, World, failure
from tests.store.builders import ask
from tests.web.site import FORM, LINK, Site, serving

HOST = "web01.acme.example"
ONE_CLICK = b"List-Unsubscribe=One-Click"
MULTIPART = (
    b'--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n'
)


def rows(site: Site) -> list[object]:
    """Everything in the store."""
    tables = [each for each in metadata.sorted_tables if each.name != "ledger"]
    return [ask(site.world.store, lambda c, t=t: c.execute(select(t)).all()) for t in tables]


def test_a_get_shows_a_button_and_changes_nothing(site: Site) -> None:
    site.world.send(SUCCESS)
    before = rows(site)
    text = site.get(site.link())
    assert "<button" in text
    assert OPS in text
    assert f"nightly copy on {HOST}" in text
    assert rows(site) == before


def test_crawling_every_link_of_every_mail_changes_nothing(site: Site) -> None:
    site.world.send(failure())
    site.world.advance(hours=1)
    site.world.send(failure())
    site.world.advance(days=2)
    site.post(site.link(0))
    site.world.work()
    before, seen = rows(site), set[str]()
    todo = [
        path
        for each in site.world.arrived
        for path in LINK.findall(each.mail.content.replace(b"=\r\n", b"").decode())
    ]
    while todo:
        path = todo.pop()
        if path in seen:
            continue
        seen.add(path)
        assert site.ask("HEAD", path)[0].status == 200
        todo += re.findall(r'(?:href|action)="(/\w/[^"]+)"', site.get(path))
    assert {path[1] for path in seen} == {"u", "p", "r"}
    assert rows(site) == before


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (ONE_CLICK, FORM),
        (MULTIPART, "multipart/form-data; boundary=b"),
    ],
    ids=["urlencoded", "multipart"],
)
def test_one_click_is_done_at_once_and_is_the_same_the_second_time(
    site: Site, body: bytes, kind: str
) -> None:
    site.world.send(SUCCESS)
    path = site.link()
    first = site.ask("POST", path, body, kind)
    assert (first[0].status, first[0].getheader("Location")) == (200, None)
    assert site.level() == [(f"nightly copy on {HOST}", Level.NOTHING)]
    (source,) = ask(site.world.store, lambda c: c.execute(select(table.c.source)).scalars().all())
    assert source == "one-click"
    site.world.work()
    mails = len(site.world.arrived)
    assert site.ask("POST", path, body, kind)[1] == first[1]
    site.world.work()
    assert len(site.world.arrived) == mails


def test_curl_may_leave_the_body_out(site: Site) -> None:
    site.world.send(SUCCESS)
    assert "Done" in site.post(site.link())


def test_what_was_done_can_be_taken_back_there(site: Site) -> None:
    site.world.send(SUCCESS)
    done = site.post(site.link(), ONE_CLICK)
    (undo,) = re.findall(r'action="(/r/[^"]+)"', done)
    assert "Take it back?" in site.get(undo)
    for _ in range(2):
        assert "Taken back" in site.post(undo)
        assert site.level() == []


def test_an_undo_that_would_bring_less_is_not_done(site: Site) -> None:
    site.world.send(SUCCESS)
    site.post(site.link())
    path = page_of(site)
    louder = {field(site.get(path), "nightly copy"): "policy"}
    site.post(path, urllib.parse.urlencode(louder).encode())
    site.world.work()
    text = site.world.arrived[-1].mail.content.replace(b"=\r\n", b"").decode()
    (undo,) = [path for path in LINK.findall(text) if path.startswith("/r/")]
    for answer in (site.get(undo), site.post(undo)):
        assert "would bring you less" in answer
    assert site.level() == [(f"nightly copy on {HOST}", Level.POLICY)]


def test_who_is_in_charge_is_told_that_failures_still_come(site: Site) -> None:
    site.world.send(SUCCESS, ADDRESSING.postmaster)
    assert "Failures that nobody else would hear of still come" in site.get(site.link())
    assert "any more, from now on, but failures that nobody else" in site.post(site.link())


def page_of(site: Site) -> str:
    return re.findall(r'href="(/p/[^"]+)"', site.get(site.link()))[0]


def field(text: str, label: str) -> str:
    found = re.search(rf'<label for="f(\w+)">{re.escape(label)}', re.sub("</?bdi>", "", text))
    assert found, text
    return found[1]


def test_the_page_of_preferences_lists_jobs_and_saves_what_is_chosen(site: Site) -> None:
    site.world.send(SUCCESS)
    site.world.send(failure(), subject="copy of mail")
    path = page_of(site)
    text = site.get(path)
    assert text.index("copy of mail") < text.index("nightly copy")
    assert "FAILED" in text
    wanted = {
        field(text, "Everything"): "daily",
        field(text, "copy of mail"): "failures",
        field(text, "nightly copy"): "",
        "no-such-field": "nothing",
        field(text, f"All of {HOST}"): "rubbish",
    }
    saved = site.post(path, urllib.parse.urlencode(wanted).encode())
    assert status(saved) == "Saved. A mail tells you what changed, and how to take it back."
    assert "as for everything: successes and warnings in a daily digest" in saved
    assert site.level() == [
        ("everything", Level.DAILY),
        (f"copy of mail on {HOST}", Level.FAILURES),
    ]
    site.world.work()
    assert site.world.mailbox()[-1] == "You changed what you get: 2 choices"
    back = {field(saved, "Everything"): "", field(saved, "copy of mail"): ""}
    assert status(site.post(path, urllib.parse.urlencode(back).encode())) == "Saved."
    assert site.level() == []
    assert status(site.post(path, urllib.parse.urlencode(back).encode())) == "Nothing was changed."


def status(text: str) -> str:
    (found,) = re.findall(r'role="status"[^>]*>(.*?)</p>', text)
    return str(found)


def test_times_are_those_of_the_operator(store: Store, clock: Clock, tmp_path: Path) -> None:
    (tmp_path / "now.yaml").write_text(NOW_FOR_ALL)
    here = replace(ADDRESSING, zone="Asia/Kolkata")
    with serving(World(store, clock, tmp_path), here) as site:
        site.world.send(SUCCESS)
        text = site.get(page_of(site))
        assert "Tue 24 Nov, 17:30" in text
        assert "those of Asia/Kolkata" in text


def test_a_shared_address_is_not_changed_and_who_is_in_charge_is_told(
    store: Store, clock: Clock, tmp_path: Path
) -> None:
    (tmp_path / "now.yaml").write_text(NOW_FOR_ALL)
    shared = replace(ADDRESSING, shared=("ops@*",))
    with serving(World(store, clock, tmp_path), shared) as site:
        site.world.send(SUCCESS)
        assert "Several people share" in site.get(site.link())
        for _ in range(3):
            assert "has been told" in site.post(site.link(0), ONE_CLICK)
        site.world.work()
        assert site.level() == []
        (told,) = [each for each in site.world.arrived if "wants less mail" in each.subject]
        text = told.mail.content.replace(b"=\r\n", b"").decode()
        (steward,) = [path for path in LINK.findall(text) if path.startswith("/s/")]
        page = site.get(steward)
        wanted = {field(page, "Everything"): "failures"}
        site.post(steward, urllib.parse.urlencode(wanted).encode())
        assert site.level() == [("everything", Level.FAILURES)]


def test_a_page_of_choices_from_before_an_address_was_shared_asks_who_is_in_charge(
    store: Store, clock: Clock, tmp_path: Path
) -> None:
    (tmp_path / "now.yaml").write_text(NOW_FOR_ALL)
    world = World(store, clock, tmp_path)
    with serving(world) as site:
        world.send(SUCCESS)
        path = page_of(site)
    with serving(world, replace(ADDRESSING, shared=("ops@*",))) as site:
        assert "<button" in site.get(path)
        assert "has been told" in site.post(path)
        world.work()
        assert "wants less mail" in world.arrived[-1].subject
        assert site.level() == []


def wrong_links(site: Site) -> dict[str, str]:
    path = site.link()
    token = path.rpartition("/")[2]
    mail_id = token.partition(".")[0].upper()
    flipped = token[:-1] + ("a" if token[-1] != "a" else "b")
    stranger = Key(name="a", secret=b"x" * 32)
    forged = write(Purpose.UNSUBSCRIBE, mail_id, OPS, EVERYTHING, stranger)
    return {
        "flipped": f"/u/{flipped}",
        "cut off": f"/u/{token[:-3]}",
        "another purpose": f"/p/{token}",
        "forged": f"/u/{forged}",
        "of no mail": "/u/" + token.replace(mail_id.lower(), "0" * 15 + "9-1"),
        "no purpose": f"/x/{token}",
        "rubbish": "/u/%00%ff",
        "nothing": "/u/",
        "long": "/u/" + "a" * 5000,
    }


def test_whatever_is_wrong_with_a_link_there_is_one_answer(site: Site) -> None:
    site.world.send(SUCCESS)
    answers = set()
    for path in wrong_links(site).values():
        for method in ("GET", "POST"):
            response, text = site.ask(method, path)
            answers.add((response.status, text))
    assert len(answers) == 1
    assert answers.pop()[0] == 404
    assert site.level() == []


def test_a_key_that_was_rotated_out_opens_nothing(site: Site) -> None:
    site.world.send(SUCCESS)
    path = site.link()
    site.world.store.write_now(lambda tx: keys.rotate_choice_keys(tx, b"n" * 32))
    site.get(path)  # the one before the newest is still good
    site.world.store.write_now(lambda tx: keys.rotate_choice_keys(tx, b"m" * 32))
    assert site.ask("GET", path)[0].status == 404


def test_every_answer_keeps_to_itself(site: Site) -> None:
    site.world.send(SUCCESS)
    for path in (site.link(), "/", "/u/x", "/style.css", "/robots.txt", "/no/such/page", "/u/"):
        response = site.ask("GET", path)[0]
        assert response.getheader("Location") is None
        headers = response.headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Robots-Tag"] == "noindex, nofollow"
        assert "no-store" in headers["Cache-Control"] or path == "/style.css"
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert headers["Referrer-Policy"] == "no-referrer"
        assert "Set-Cookie" not in headers
        assert "server" not in headers


HOSTILE = (
    "<script>alert(1)</script>",
    "\"'><img src=x onerror=alert(1)>&amp;",
    "\u202e\u2066evil\u200f",
    "\N{HEBREW LETTER ALEF}\N{HEBREW LETTER BET}",
    "</select></form><form action=//example.com>{{ 7 * 7 }}",
    "x" * 5000,
)


class Elements(HTMLParser):
    """The tree of a page, without what it says."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, tuple[str, ...]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, tuple(name for name, _ in attrs)))


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_changes_no_element(site: Site, name: str) -> None:
    site.world.send(SUCCESS)
    path = page_of(site)
    harmless = Elements(site.get(path)).seen
    host, job, state = as_job(site)
    foul = replace(state, host=f"h{name}", job=f"j{name}/", recipients=(OPS,))
    site.world.store.write_now(lambda tx: jobs.delete(tx, *jobs.load(tx, host, job)))  # type: ignore[arg-type]
    site.world.store.write_now(lambda tx: jobs.save(tx, foul, 0))
    text = site.get(path)
    assert Elements(text).seen == harmless
    assert "49" not in text
    every = dict.fromkeys(re.findall(r'<select name="(\w+)"', text), "failures")
    saved = site.post(path, urllib.parse.urlencode(every).encode())
    assert len(site.level()) == 3
    assert [tag for tag, _ in Elements(saved).seen if tag in ("script", "img")] == []


def as_job(site: Site) -> tuple[str, str, JobState]:
    (state,) = ask(site.world.store, jobs.every)
    return state.host, state.job, state


def test_500_jobs_are_500_choices(site: Site) -> None:
    site.world.send(SUCCESS)
    path = page_of(site)
    _, _, state = as_job(site)
    more = [
        replace(state, host=f"h{number % 60}", job=f"copy of /srv/{number}")
        for number in range(499)
    ]
    site.world.store.write_now(lambda tx: [jobs.save(tx, each, 0) for each in more])
    text = site.get(path)
    names = re.findall(r'<select name="(\w+)"', text)
    assert (len(names), text.count("<details>")) == (1 + 61 + 500, 61)
    every = urllib.parse.urlencode(dict.fromkeys(names, "nothing")).encode()
    assert status(site.post(path, every)).startswith("Saved. A mail")
    assert len(site.level()) == len(names)


TOO_MUCH = {
    "bytes": ("/u/", b"a=" + b"x" * (1 << 16)),
    "bytes of choices": ("/p/", b"a=" + b"x" * (1 << 20)),
    "fields": ("/p/", b"a&" * 30_000),
}


@pytest.mark.parametrize("what", TOO_MUCH)
def test_too_much_is_refused(site: Site, what: str, capsys: pytest.CaptureFixture[str]) -> None:
    site.world.send(SUCCESS)
    purpose, body = TOO_MUCH[what]
    response, text = site.ask("POST", site.link() if purpose == "/u/" else page_of(site), body)
    assert response.status == 413
    assert "too much" in text
    assert site.level() == []
    assert "worker-failed" not in capsys.readouterr().out


def test_who_has_no_link_is_not_listened_to(site: Site) -> None:
    with closing(HTTPConnection("127.0.0.1", site.port, timeout=20)) as connection:
        connection.putrequest("POST", "/u/x")
        connection.putheader("Content-Length", str(1 << 30))
        connection.endheaders()
        assert connection.getresponse().status == 404


RUBBISH = {
    "percent": (b"%ff%00=%&&&=%zz;;", FORM),
    "no boundary": (b"x", "multipart/form-data"),
    "charset": (
        b'--b\r\nContent-Disposition: form-data; name="\xff"\r\n\r\n\xff\r\n--b--\r\n',
        "multipart/form-data; charset=zz; boundary=b",
    ),
    "cut off": (MULTIPART[:40], "multipart/form-data; boundary=b"),
    "a file": (
        b'--b\r\nContent-Disposition: form-data; name="f"; filename="x"\r\n\r\nx\r\n--b--\r\n',
        "multipart/form-data; boundary=b",
    ),
    "json": (b"{}", "application/json"),
    "no type at all": (b"\x00\xff", "?"),
}


@pytest.mark.parametrize("what", RUBBISH)
def test_a_form_that_nobody_understands_chooses_nothing_of_many(site: Site, what: str) -> None:
    site.world.send(SUCCESS)
    site.post(page_of(site), *RUBBISH[what])
    assert site.level() == []


def test_a_link_may_be_written_in_capitals_and_end_in_a_slash(site: Site) -> None:
    site.world.send(SUCCESS)
    path = site.link()
    token = path.rpartition("/")[2]
    assert site.get(f"/u/{token.upper()}") == site.get(f"{path}/") == site.get(path)


def test_without_a_link_there_is_little_to_see(site: Site) -> None:
    assert "link at its end" in site.get("/")
    assert site.get("/robots.txt") == "User-agent: *\nDisallow: /\n"
    for path in ("/", "/robots.txt", "/style.css"):
        response, text = site.ask("HEAD", path)
        assert (response.status, text) == (200, "")


def test_who_asks_too_often_waits(site: Site) -> None:
    statuses = [site.ask("GET", "/u/x")[0].status for _ in range(65)]
    assert statuses.count(404) == 60
    assert statuses[-1] == 429
    site.world.clock.advance(minutes=1)
    assert site.ask("GET", "/u/x")[0].status == 404


def test_a_proxy_on_this_machine_says_who_asks(site: Site) -> None:
    def ask(visitor: str) -> int:
        with closing(HTTPConnection("127.0.0.1", site.port, timeout=20)) as connection:
            connection.request("GET", "/u/x", headers={"X-Forwarded-For": visitor})
            return connection.getresponse().status

    assert [ask("192.0.2.1") for _ in range(61)][-1] == 429
    assert ask("192.0.2.2") == 404


def test_a_network_of_one_customer_counts_as_one_visitor(clock: Clock) -> None:
    visitors = Visitors(clock)
    assert all(visitors.may(f"2001:db8::{number:x}") for number in range(60))
    assert not visitors.may("2001:db8::ffff")
    assert visitors.may("2001:db8:0:1::1")
    assert all(visitors.may("192.0.2.1") for _ in range(60))
    assert not visitors.may("::ffff:192.0.2.1")
    assert visitors.may("fe80::1%eth0")
    assert visitors.may("what a proxy says")


def test_the_secret_of_the_world_is_the_store_s(site: Site) -> None:
    (key,) = ask(site.world.store, keys.live_choice_keys)
    assert key.secret == SECRET
