"""Who gets in, and what a session is: the operator's pages on a real store and a real server."""

import hashlib
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from relay.errors import NotFoundError, RelayError
from relay.store import operators
from relay.store.schema import ledger, sessions
from relay.store.store import Store
from relay.web.operator.app import WAYS
from relay.web.operator.door import codes
from relay.web.operator.throttle import MOST_OF_ADDRESS, MOST_OF_NAME, WINDOW, Throttle
from tests.conftest import Clock
from tests.flow.world import NOW_FOR_ALL, World
from tests.store.builders import ask
from tests.web.console import PASSWORD, Console, console, csrf, hashed

SECRET = b"12345678901234567890"  # RFC 6238 appendix B


@pytest.fixture
def site(store: Store, clock: Clock, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    folder = tmp_path_factory.mktemp("policies")
    (folder / "now.yaml").write_text(NOW_FOR_ALL)
    with console(World(store, clock, folder)) as running:
        yield running


def kept(site: Console) -> list[str]:
    return ask(site.world.store, lambda c: list(c.execute(select(sessions.c.id)).scalars()))


def test_nothing_is_shown_to_who_is_not_logged_in(site: Console) -> None:
    for way in WAYS:
        response, text = site.visitor().ask(way.method, way.path.replace("{key}", "A"), {})
        assert (response.status, response.getheader("Location")) == (303, "/login"), way.path
        assert text == ""
    assert site.visitor().ask("GET", "/live")[0].status == 303


def test_a_login_opens_a_session_of_which_only_the_hash_is_kept(site: Console) -> None:
    visitor = site.logged_in()
    token = visitor.cookies["relay-session"]
    assert kept(site) == [hashlib.sha256(token.encode()).hexdigest()]
    assert "alice" in visitor.get("/")
    (line,) = ask(
        site.world.store,
        lambda c: c.execute(select(ledger.c.data).where(ledger.c.kind == "logged-in")).all(),
    )
    assert '"by":"alice"' in line[0]
    assert token not in line[0]


def test_its_cookie_is_for_no_script_and_no_other_site(store: Store, clock: Clock) -> None:
    for secure, prefix in ((False, "relay-session"), (True, "__Host-relay-session")):
        with console(World(store, clock), secure=secure) as site:
            visitor = site.visitor()
            response, _ = visitor.log_in("alice")
            (line,) = (
                each for each in response.headers.get_all("Set-Cookie") if each.startswith(prefix)
            )
            assert "HttpOnly" in line
            assert "SameSite=strict" in line
            assert ("Secure" in line) is secure
            assert "Path=/" in line


def test_each_login_makes_a_new_token_and_ends_the_old_session(site: Console) -> None:
    visitor = site.logged_in()
    old = visitor.cookies["relay-session"]
    visitor.log_in("alice")
    assert visitor.cookies["relay-session"] != old
    assert len(kept(site)) == 1
    visitor.cookies["relay-session"] = old
    assert visitor.ask("GET", "/")[0].status == 303


def test_a_session_ends_by_logging_out_by_its_time_and_by_a_new_password(site: Console) -> None:
    visitor = site.logged_in()
    visitor.ask("POST", "/logout", {"csrf": csrf(visitor.get("/"))})
    assert kept(site) == []
    late = site.logged_in()
    site.world.clock.advance(hours=12)
    assert late.ask("GET", "/")[0].status == 303
    changed = site.logged_in()
    site.world.store.write_now(
        lambda tx: operators.add(tx, name="alice", role="viewer", password=hashed())
    )
    assert changed.ask("GET", "/")[0].status == 303


def test_a_forged_session_is_nothing(site: Console) -> None:
    token = site.logged_in().cookies["relay-session"]
    forged = (
        token[:-1],
        token + "a",
        token.swapcase(),
        kept(site)[0],
        "",
        "'; DROP TABLE sessions",
    )
    for each in forged:
        visitor = site.visitor()
        visitor.cookies["relay-session"] = each
        assert visitor.ask("GET", "/")[0].status == 303, each


def test_whatever_is_wrong_there_is_one_answer(site: Console) -> None:
    answers = set()
    for name, password in (("alice", "wrong"), ("nobody", PASSWORD), ("", ""), ("ALICE", PASSWORD)):
        response, text = site.visitor().log_in(name, password)
        answers.add((response.status, text.replace(csrf(text), "")))
    assert len(answers) == 1
    assert answers.pop()[0] == 401


def test_an_unknown_name_takes_as_long_as_a_wrong_password(site: Console) -> None:
    def took(name: str, tries: int = 4) -> float:
        times = []
        for _ in range(tries):
            began = time.perf_counter()
            assert site.visitor().log_in(name, "wrong password")[0].status == 401
            times.append(time.perf_counter() - began)
        return min(times)

    took("warm-up", 1)
    known, unknown = took("alice"), took("nobody")
    assert 0.5 < known / unknown < 2  # a hash is nearly all of it


def test_guessing_is_slowed_by_address_and_ends_with_the_window(site: Console) -> None:
    for _ in range(MOST_OF_ADDRESS):
        assert site.visitor().log_in("alice", "wrong")[0].status == 401
    response, _ = site.visitor().log_in("alice")
    assert response.status == 429
    assert 0 < int(response.getheader("Retry-After") or 0) <= WINDOW.total_seconds()
    site.world.clock.advance(minutes=16)
    assert site.visitor().log_in("alice")[0].status == 303


def test_many_addresses_guess_no_more_than_one(clock: Clock) -> None:
    throttle = Throttle(clock)
    throttle.succeeded("192.0.2.1", "alice")
    for number in range(MOST_OF_NAME):
        assert throttle.waits(f"198.51.100.{number}", "alice") == 0
        throttle.failed(f"198.51.100.{number}", "alice")
    assert throttle.waits("203.0.113.9", "alice") > 0
    assert throttle.waits("203.0.113.9", "vera") == 0
    assert throttle.waits("192.0.2.1", "alice") == 0  # who got in before still may
    clock.advance(minutes=16)
    assert throttle.waits("203.0.113.9", "alice") == 0


def test_a_whole_ipv6_network_counts_as_one_address(clock: Clock) -> None:
    throttle = Throttle(clock)
    for number in range(MOST_OF_ADDRESS):
        throttle.failed(f"2001:db8::{number}", f"name-{number}")
    assert throttle.waits("2001:db8::ffff", "another") > 0
    assert throttle.waits("2001:db8:1::1", "another") == 0


def test_a_login_without_the_forms_own_value_is_refused(site: Console) -> None:
    visitor = site.visitor()
    form = {"name": "alice", "password": PASSWORD}
    assert visitor.ask("POST", "/login", form)[0].status == 403
    stolen = csrf(site.visitor().ask("GET", "/login")[1])
    assert visitor.ask("POST", "/login", {**form, "csrf": stolen})[0].status == 403
    assert kept(site) == []


def test_codes_are_those_of_the_standard() -> None:
    eight = {59: "94287082", 1111111109: "07081804", 20000000000: "65353130"}  # RFC 6238 appendix B
    for at, code in eight.items():
        assert codes(SECRET).generate(at).decode() == code[2:]


def test_a_one_time_code_is_asked_for_and_opens_one_session(site: Console) -> None:
    site.world.store.write_now(lambda tx: operators.set_totp(tx, name="alice", secret=SECRET.hex()))

    def code(minutes: float = 0) -> str:
        at = site.world.clock() + timedelta(minutes=minutes)
        return codes(SECRET).generate(int(at.timestamp())).decode()

    assert site.visitor().log_in("alice")[0].status == 401
    assert site.visitor().log_in("alice", code="000000")[0].status == 401
    assert site.visitor().log_in("alice", code=code(-5))[0].status == 401
    assert site.visitor().log_in("alice", "wrong", code())[0].status == 401
    assert site.visitor().log_in("alice", code=f" {code()[:3]} {code()[3:]}")[0].status == 303
    assert site.visitor().log_in("alice", code=code())[0].status == 401  # it was used
    assert site.visitor().log_in("alice", code=code(0.5))[0].status == 303  # a clock that is ahead


def test_a_guesser_of_codes_gets_no_further(site: Console) -> None:
    site.world.store.write_now(lambda tx: operators.set_totp(tx, name="vera", secret=SECRET.hex()))
    tries = [site.visitor().log_in("vera", code=f"{n:06}")[0].status for n in range(15)]
    assert tries.count(401) == MOST_OF_ADDRESS
    assert tries[-1] == 429


def test_every_answer_keeps_to_itself(site: Console) -> None:
    visitor = site.logged_in()
    for path in ("/", "/login", "/fleet", "/nothing", "/static/style.css", "/static/live.js"):
        headers = visitor.ask("GET", path)[0].headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "no-store" in headers["Cache-Control"] or path.startswith("/static/")
        assert "server" not in headers


def test_no_page_has_a_script_or_a_style_of_its_own() -> None:
    folder = Path(__file__).parents[2] / "relay/web/operator/templates"
    for file in folder.glob("*.html"):
        text = file.read_text()
        assert " style=" not in text, file.name
        assert "<style" not in text, file.name
        assert text.count("<script") == text.count('<script src="/static/live.js"'), file.name
        assert "|safe" not in text, file.name


def test_operators_have_plain_names_known_roles_and_hashes(store: Store) -> None:
    good = {"name": "carl", "role": "viewer", "password": hashed()}
    bad = ({"name": "Carl <b>"}, {"role": "root"}, {"password": "plain text"}, {"name": "x" * 50})
    for each in bad:
        with pytest.raises(RelayError):
            store.write_now(lambda tx, e=each: operators.add(tx, **(good | e)))  # type: ignore[misc]
    store.write_now(lambda tx: operators.add(tx, **good))
    (found,) = ask(store, operators.listed)
    assert (found.name, found.role, found.totp) == ("carl", "viewer", None)
    assert found.since == datetime(2026, 11, 24, 12, tzinfo=UTC)
    store.write_now(lambda tx: operators.remove(tx, name="carl"))
    with pytest.raises(NotFoundError):
        store.write_now(lambda tx: operators.remove(tx, name="carl"))
