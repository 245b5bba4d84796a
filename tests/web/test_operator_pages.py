"""What the operator's pages say, and what may be done there."""

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, replace
from http.client import HTTPConnection, HTTPResponse

import pytest
from sqlalchemy import select

from relay.choice.choice import Level
from relay.domains.doctor import FINDINGS
from relay.pipeline.job import JobState
from relay.store import choices, findings, jobs, queue
from relay.store.schema import ledger, messages, outgoing
from relay.store.standing import SPAN, Standing, account, standing
from relay.store.store import Store
from relay.web.operator.app import WAYS
from relay.web.operator.flow import Level as Flowing
from relay.web.operator.flow import flow
from relay.web.operator.pulse import MOST
from relay.web.operator.sides import sides
from tests.conftest import Clock
from tests.flow.world import NOW_FOR_ALL, OPS, SUCCESS, World, failure
from tests.store.builders import ask, received
from tests.store.test_ledger import forge
from tests.web.console import Console, Visitor, console, csrf

HOST = "web01.acme.example"


@pytest.fixture
def site(store: Store, clock: Clock, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    folder = tmp_path_factory.mktemp("policies")
    (folder / "now.yaml").write_text(NOW_FOR_ALL)
    with console(World(store, clock, folder)) as running:
        yield running


def shown(text: str) -> str:
    """What a page says, without its elements."""
    return " ".join(re.sub(r"<[^>]+>", " ", text.partition("<main")[2]).split())


def last_line(site: Console) -> tuple[str, dict[str, object]]:
    query = select(ledger.c.kind, ledger.c.data).order_by(ledger.c.seq.desc()).limit(1)
    kind, data = ask(site.world.store, lambda c: c.execute(query).one())
    return kind, json.loads(data)


def test_the_overview_says_whether_mail_flows_and_balances(site: Console) -> None:
    visitor = site.logged_in("vera")
    assert "Quiet No mail has come yet." in shown(visitor.get("/"))
    site.world.send(SUCCESS)
    site.world.send(failure(), subject="copy of mail")
    text = shown(visitor.get("/"))
    assert "Well Mail is flowing:" in text
    assert "accepted 2 delivered 2" in text
    assert "in balance" in text
    assert f"FAILED {HOST} copy of mail since" in text
    site.world.away = True
    site.world.send(failure(), subject="copy of home")
    site.world.clock.advance(minutes=5)
    text = shown(visitor.get("/"))
    assert "Slow A failure has been waiting to leave for 5 minutes." in text
    assert "smarthost 1 5 min" in text


def test_a_sentence_for_each_way_in_which_mail_may_flow(store: Store, clock: Clock) -> None:
    world = World(store, clock)
    world.send(failure())

    def stands() -> Standing:
        at = clock()
        return ask(store, lambda c: standing(c, at, account(c, at - SPAN, at)))

    def now() -> tuple[str, str]:
        found = flow(stands(), None)
        return found.level, found.sentence

    assert now()[0] == Flowing.WELL
    clock.advance(days=2)
    assert now() == (Flowing.QUIET, "No mail has come for 2 days.")
    closed = flow(stands(), "the disk is full")
    assert (closed.level, closed.sentence) == (
        Flowing.STOPPED,
        "No mail is taken at the moment: the disk is full.",
    )


def test_the_overview_is_that_of_the_last_day_and_counts_as_the_ledger_does(site: Console) -> None:
    site.world.send(SUCCESS)
    site.world.clock.advance(hours=30)
    site.world.send(SUCCESS)
    visitor = site.logged_in()
    assert "accepted 1 delivered 1" in shown(visitor.get("/"))
    text = shown(visitor.ask("POST", "/ledger/verify", {"csrf": csrf(visitor.get("/"))})[1])
    assert "Every chain is unbroken." in text
    assert "2 recipients accepted since the beginning: in balance." in text


def test_the_fleet_shows_strips_and_finds_what_is_looked_for(site: Console) -> None:
    for _ in range(8):
        site.world.send(SUCCESS)
        site.world.advance(hours=24)
    site.world.send(failure(), subject="copy of mail", host="db01")
    visitor = site.logged_in("vera")
    text = visitor.get("/fleet")
    assert 'aria-label="last 8 runs, oldest first: 8 OK"' in text
    assert text.index("db01.acme.example") < text.index(HOST)
    assert "2 jobs" in shown(text)
    assert "db01" not in visitor.get("/fleet?q=WEB01+nightly")
    assert HOST not in visitor.get("/fleet?only=failing")
    site.world.advance(days=3)
    visitor = site.logged_in("vera")
    assert "MISSING" in visitor.get("/fleet?only=missing")


def test_the_fleet_is_paged_by_host(site: Console) -> None:
    state = JobState(
        host="",
        job="backup",
        first_seen=site.world.clock(),
        last_seen=site.world.clock(),
        verdict="success",
        fingerprint="f",
        strip="s",  # type: ignore[arg-type]
    )
    hosts = [f"host{number:03}" for number in range(90)]
    for host in hosts:
        site.world.store.write_now(lambda tx, h=host: jobs.save(tx, replace(state, host=h), 0))  # type: ignore[misc]
    visitor, path, seen = site.logged_in(), "/fleet", list[str]()
    while path:
        text = visitor.get(path)
        seen += re.findall(r"<h2 id=\"h\d+\"><bdi>(\w+)</bdi>", text)
        following = re.search(r'href="([^"]+)" rel="next"', text)
        path = following[1].replace("&amp;", "&") if following else ""
    assert seen == hosts


def test_a_jobs_page_counts_its_lies_and_plots_its_figures(site: Console) -> None:
    for number in range(4):
        text = SUCCESS.replace("123,456", f"{123_456 + number * 1000:,}")
        site.world.send(text if number % 2 else failure(), subject="Backup OK")
        site.world.advance(hours=24)
    visitor = site.logged_in("vera")
    text = visitor.get(f"/job?host={HOST}&job=Backup")
    assert "Its subject claimed OK 2 times in 30 days" in shown(text)
    assert text.count("claimed OK") == 3
    assert "<svg" in text
    assert "<polyline" in text
    assert OPS in text
    site.world.clock.advance(days=40)
    visitor = site.logged_in("vera")
    assert "claimed OK" not in visitor.get(f"/job?host={HOST}&job=Backup").partition("History")[0]


def test_a_messages_page_has_both_sides_the_evidence_and_the_story(site: Console) -> None:
    body = "sent 1 bytes\n" + failure() + "password=hunter2hunter2\n"
    message_id = site.world.send(body, subject="Backup OK")
    visitor = site.logged_in("vera")
    text = visitor.get(f"/message/{message_id}")
    said = shown(text)
    assert "[FAILED] web01 Backup" in said
    assert "The sender's subject claimed OK: Backup OK" in said
    assert re.search(r'<li value="2" class="evidence failure"><mark><bdi>rsync error', text)
    assert "Read as rsync about Backup" in said
    assert "250 ok" in said
    assert 'class="changed"' in text
    assert "hunter2" not in text
    assert "***" in text  # of the opt-out link
    assert not re.search(r"-1\.[a-z0-9][a-z2-7]{26}", text)


def test_downloads_are_exact_and_never_shown_by_a_browser(site: Console) -> None:
    message_id = site.world.send("<script>alert(1)</script>\n" + failure())
    for name, path in (("alice", "original"), ("alice", "final"), ("vera", "original")):
        response, text = site.logged_in(name).ask("GET", f"/message/{message_id}/{path}")
        assert response.status == 200
        assert response.getheader("Content-Disposition", "").startswith("attachment;")
        assert response.getheader("Content-Type") == "application/octet-stream"
        assert response.getheader("X-Content-Type-Options") == "nosniff"
        assert "<script>alert(1)</script>" in text
    final = site.world.arrived[-1].mail.content.decode()
    assert text.replace("\r\n", "\n") not in final
    assert site.logged_in("vera").ask("GET", f"/message/{message_id}/final")[0].status == 403


def test_two_sides_take_time_by_their_lines_alone(clock: Clock) -> None:
    lines = b"".join(b"%d %d\r\n" % (n % 7, n % 11) for n in range(30_000))
    before, after = b"Subject: a\r\n\r\n" + lines, b"Subject: b\r\n\r\n" + lines[::-1]
    one, other = sides(before, after, [{"line": 900, "rule": "x"}], "failure", clock())
    assert other is not None
    assert [line.number for line in one.lines if line.proves] == [900]
    assert len(one.lines) < 300


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_is_not_there_is_said_plainly(site: Console, method: str) -> None:
    visitor = site.logged_in()
    paths = (
        "/nothing",
        "/message/XX",
        "/job?host=x&job=y",
        "/recipient?address=x",
        "/message/a%22b",
    )
    for path in paths:
        response, text = visitor.ask("GET", path)
        assert response.status == 404, path
        assert "That did not work" in text
        assert "Traceback" not in text
    del method


def waiting(site: Console, many: int = 1) -> list[str]:
    """Mails that wait, because upstream is away."""
    site.world.away = True
    return [site.world.send(failure(), subject=f"copy of {n:x}y") for n in range(many)]


@pytest.mark.parametrize(
    ("act", "kind"), [("hold", "held"), ("retry", "retried"), ("drop", "dropped")]
)
def test_an_act_is_in_the_ledger_with_its_reason_and_who(
    site: Console, act: str, kind: str
) -> None:
    (message_id,) = waiting(site)
    visitor = site.logged_in()
    response, _ = visitor.act(f"queue {act}", "asked by <b>ops</b>", key=f"{message_id}-1")
    assert (response.status, response.getheader("Location")) == (303, f"/queue?done=queue-{act}")
    assert last_line(site) == (
        kind,
        {"by": "alice", "reason": "asked by <b>ops</b>", "target": f"{message_id}-1"},
    )
    text = visitor.get(f"/message/{message_id}")
    assert "by the operator alice: asked by &lt;b&gt;ops&lt;/b&gt;." in text


def test_a_held_mail_is_released_and_leaves(site: Console) -> None:
    (message_id,) = waiting(site)
    visitor = site.logged_in()
    visitor.act("queue hold", key=message_id)
    site.world.away = False
    visitor.act("queue release", key=message_id)
    site.world.work()
    assert "copy of 0y" in site.world.mailbox()[-1]


def test_digests_recipients_and_jobs_are_acted_on(store: Store, clock: Clock) -> None:
    world = World(store, clock)
    world.send(SUCCESS)
    with console(world) as site:
        visitor = site.logged_in()
        assert "daily" in visitor.get("/digests")
        preview = f"/digests/preview?recipient={OPS}&name=daily"
        assert 'sandbox title="The mail as a page"' in visitor.get(preview)
        sheet = visitor.ask("GET", f"/digests/sheet?recipient={OPS}&name=daily")[0]
        assert "sandbox" in sheet.headers["Content-Security-Policy"]
        assert "script-src" not in sheet.headers["Content-Security-Policy"]
        assert visitor.act("digest send", recipient=OPS, name="daily")[0].status == 303
        assert last_line(site)[1]["by"] == "alice"
        world.work()
        assert len(world.mailbox()) == 1
        visitor.act("recipients suppress", recipient=OPS, days="7")
        (made,) = ask(store, lambda c: choices.of(c, (OPS,)))
        assert (made.level, made.note) == (Level.NOTHING, "a test")
        assert last_line(site)[1]["by"] == "alice"
        assert "a test" in visitor.get(f"/recipient?address={OPS}")
        visitor.act("recipients allow", recipient=OPS)
        assert ask(store, lambda c: choices.of(c, (OPS,))) == ()
        visitor.act("jobs forget", host=HOST, job="nightly copy")
        assert last_line(site)[0] == "forgotten"


def state_of(site: Console) -> list[object]:
    tables = (messages, outgoing, ledger)
    return [ask(site.world.store, lambda c, t=t: c.execute(select(t)).all()) for t in tables]  # type: ignore[misc]


ACTS = (
    ("queue drop", {"key": "{id}"}),
    ("digest send", {"recipient": OPS, "name": "daily"}),
    ("recipients suppress", {"recipient": OPS, "days": "7"}),
    ("jobs forget", {"host": HOST, "job": "nightly copy"}),
    ("operators add", {"name": "eve", "role": "operator", "password": "$argon2id$x"}),
    ("recipients rotate-key", {}),
)


def test_a_viewer_cannot_act_and_is_shown_no_form_to(site: Console) -> None:
    (message_id,) = waiting(site)
    vera = site.logged_in("vera")
    pages = ("/", "/queue", f"/message/{message_id}", f"/recipient?address={OPS}", "/policy")
    for path in pages:
        text = vera.get(path)
        assert 'action="/act"' not in text, path
        assert "/policy/backtest" not in text
    before = state_of(site)
    for act, arguments in ACTS:
        filled = {name: value.format(id=message_id) for name, value in arguments.items()}
        assert vera.act(act, **filled)[0].status == 403, act
    form = {"csrf": csrf(vera.get("/")), "days": "7", "name": "now.yaml", "text": "rules: []"}
    assert vera.ask("POST", "/policy/backtest", form)[0].status == 403
    assert state_of(site) == before


def test_without_the_sessions_own_value_nothing_is_done(site: Console) -> None:
    (message_id,) = waiting(site)
    alice = site.logged_in()
    before = state_of(site)
    good = {"act": "queue drop", "key": message_id, "reason": "x", "back": "/"}
    others = csrf(site.logged_in("vera").get("/"))
    before = state_of(site)
    for value in (None, "", "x", others, "é"):
        form = good if value is None else good | {"csrf": value}
        assert alice.ask("POST", "/act", form)[0].status == 403, value
    mine = good | {"csrf": csrf(alice.get("/"))}
    headers = {"Sec-Fetch-Site": "cross-site"}
    assert alice.ask("POST", "/act", mine, headers)[0].status == 403
    assert alice.ask("GET", "/act?act=queue+drop")[0].status == 405
    for way in (way for way in WAYS if way.method == "POST"):
        assert alice.ask("POST", way.path, {})[0].status == 403, way.path
    assert state_of(site) == before


def test_an_act_needs_a_reason_and_is_one_that_pages_have(site: Console) -> None:
    (message_id,) = waiting(site)
    alice = site.logged_in()
    before = state_of(site)
    assert alice.act("queue drop", "  ", key=message_id)[0].status == 400
    assert alice.act("queue drop")[0].status == 400
    assert alice.act("operators add", name="eve", role="operator", password="x")[0].status == 400
    assert alice.act("queue drop", key="NONE")[0].status == 404
    assert alice.act("queue release", key=message_id)[0].status == 409
    assert alice.act("recipients suppress", recipient=OPS, days="-1")[0].status == 400
    assert state_of(site) == before


def test_the_way_back_leads_to_a_page_of_ours(site: Console) -> None:
    (message_id,) = waiting(site)
    for back in ("//evil.example/", "https://evil.example/", "/\\evil.example", "", "/é"):
        response, _ = site.logged_in().act("queue retry", key=message_id, back=back)
        assert response.getheader("Location") == "/", back


def test_the_queue_is_paged_and_misses_and_doubles_nothing(site: Console) -> None:
    ids = waiting(site, 3)
    for name in range(250):
        site.world.store.write_now(
            lambda tx, n=name: queue.accept(tx, received(f"Q{n:015d}", site.world.clock()))  # type: ignore[misc]
        )
    visitor = site.logged_in("vera")
    assert [each in visitor.get("/queue?upstream=smarthost") for each in ids] == [True] * 3
    seen, path = list[str](), "/queue?stage=read"
    while path:
        text = visitor.get(path)
        seen += re.findall(r">(Q\d{15})<", text)
        following = re.search(r'href="([^"]+)" rel="next"', text)
        path = following[1].replace("&amp;", "&") if following else ""
    assert seen == [f"Q{n:015d}" for n in range(250)]


def test_a_mail_is_tested_and_rules_are_tried(site: Console) -> None:
    site.world.send(failure())
    alice = site.logged_in()
    token = csrf(alice.get("/policy"))
    mail = "From: root@web01\nTo: ops@example.org\nSubject: Backup OK\n\n" + failure()
    text = shown(alice.ask("POST", "/policy/test", {"csrf": token, "mail": mail})[1])
    assert "becomes [FAILED]" in text
    assert "to ops@example.org" in text
    form = {"csrf": token, "days": "7", "name": "now.yaml", "text": "rules: []"}
    text = shown(alice.ask("POST", "/policy/backtest", form)[1])
    assert "No failure would be told later or to fewer people." in text
    assert alice.ask("POST", "/policy/backtest", form | {"text": "x"})[0].status == 409
    assert alice.ask("POST", "/policy/backtest", form | {"name": "../etc"})[0].status == 400


def test_each_rule_has_the_number_of_mails_that_it_decided_on(store: Store, clock: Clock) -> None:
    world = World(store, clock)
    for number in range(3):
        world.send(SUCCESS, subject=f"copy of {number:x}y")
    with console(world) as site:
        assert "default.yaml: what went well 3" in shown(site.logged_in("vera").get("/policy"))


def test_domains_shows_the_last_visit_the_worst_first(site: Console) -> None:
    visitor = site.logged_in("vera")
    assert "has not visited yet" in visitor.get("/domains")
    kinds = [next(k for k in FINDINGS if k.severity == rank) for rank in ("ok", "error")]
    rows = [asdict(kind.at("example.org", "<b>evidence</b>")) for kind in kinds]
    for _ in range(2):
        site.world.store.write_now(lambda tx: findings.keep(tx, rows))
    text = visitor.get("/domains")
    assert text.count("example.org") == 2
    assert text.index(kinds[1].id) < text.index(kinds[0].id)
    assert "&lt;b&gt;evidence" in text


def test_the_ledger_is_paged_searched_and_exported(site: Console) -> None:
    ids = [site.world.send(SUCCESS, subject=f"copy of {n:x}y") for n in range(45)]
    visitor = site.logged_in("vera")
    text = visitor.get("/ledger")
    assert ids[-1] in text
    following = re.search(r'href="([^"]+)" rel="next"', text)
    assert following
    assert ids[0] in visitor.get(following[1].replace("&amp;", "&"))
    about = visitor.get(f"/ledger?about={ids[3]}")
    assert ids[3] in about
    assert ids[4] not in about
    lines = visitor.get("/ledger/export?chain=node-a&first=3").splitlines()
    assert [json.loads(line)["seq"] for line in lines][:3] == [3, 4, 5]
    assert json.loads(lines[-1])["kind"] == "logged-in"
    assert visitor.ask("GET", "/ledger/export?chain=x")[0].status == 404


def test_verifying_finds_a_line_that_was_changed(site: Console) -> None:
    site.world.send(SUCCESS)
    forge(site.world.store, "UPDATE ledger SET data = '{}' WHERE seq = 2")
    visitor = site.logged_in("vera")
    text = visitor.ask("POST", "/ledger/verify", {"csrf": csrf(visitor.get("/"))})[1]
    assert "The chain is broken" in text


def test_a_form_that_is_too_large_is_refused(site: Console) -> None:
    alice = site.logged_in()
    form = {"csrf": csrf(alice.get("/")), "act": "x", "reason": "y" * 300_000}
    assert alice.ask("POST", "/act", form)[0].status == 413


def test_text_with_a_zero_byte_is_no_error_of_ours(site: Console) -> None:
    alice = site.logged_in()
    assert alice.ask("GET", "/fleet?q=%00")[0].status == 400
    assert alice.ask("GET", "/job?host=%00&job=%FF")[0].status == 400
    form = {"csrf": csrf(alice.get("/")), "act": "queue drop", "key": "\0", "reason": "\0"}
    assert alice.ask("POST", "/act", form)[0].status == 400
    for path in (
        "/messages?before=~",
        "/messages?before=9999999999999999999~x",
        "/queue?after=1~x",
    ):
        assert alice.ask("GET", path)[0].status == 200


def test_there_are_only_so_many_who_watch(site: Console) -> None:
    alice = site.logged_in()
    with ExitStack() as stack:
        for _ in range(MOST):
            assert until(stack.enter_context(stream(alice)), "retry:")
        assert alice.ask("GET", "/live")[0].status == 503


def test_watching_ends_with_the_session(site: Console) -> None:
    alice = site.logged_in()
    with stream(alice) as first:
        assert first.status == 200
        assert first.headers["Content-Type"].startswith("text/event-stream")
        assert until(first, "event: standing")
        alice.ask("POST", "/logout", {"csrf": csrf(alice.get("/"))})
        assert until(first, "event: over")


@contextmanager
def stream(visitor: Visitor) -> Iterator[HTTPResponse]:
    connection = HTTPConnection("127.0.0.1", visitor.port, timeout=20)
    cookie = "; ".join(f"{name}={value}" for name, value in visitor.cookies.items())
    connection.request("GET", "/live", headers={"Cookie": cookie})
    response = connection.getresponse()
    try:
        yield response
    finally:
        response.close()
        connection.close()


def until(response: HTTPResponse, beginning: str) -> bool:
    """Read up to a line; say whether it came."""
    for _ in range(200):
        line = response.readline().decode()
        if line.startswith(beginning):
            return True
        if not line:
            return False
    return False
