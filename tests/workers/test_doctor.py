"""The doctor in the running relay: when it visits, what it raises, which keys it sets aside."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
import structlog

from relay import journal, metrics
from relay.domains.estate import Estate
from relay.domains.settings import DomainsSettings
from relay.domains.visit import Condition
from relay.signing.keyfile import read_ring
from relay.signing.settings import KeySettings, SigningSettings
from relay.workers.checkup import Practice
from relay.workers.doctor import AFTER_START, Doctor, Turn
from relay.workers.rotate import Rotation
from tests.conftest import Clock
from tests.dns_server import SILENT, DnsServer
from tests.domains.good import GOOD, KEYS, changed, estate

_KEY = KEYS[0].name
Events = list[dict[str, Any]]


@pytest.fixture
def events(monkeypatch: pytest.MonkeyPatch) -> Events:
    log = structlog.testing.CapturingLogger()
    bound = structlog.wrap_logger(log, processors=[])
    monkeypatch.setattr(journal, "_log", bound)
    return _Events(log)  # type: ignore[return-value]


class _Events:
    def __init__(self, log: structlog.testing.CapturingLogger) -> None:
        self._log = log

    def of(self, name: str) -> list[str]:
        """Return the findings that events of this name were about."""
        return [call.kwargs["id"] for call in self._log.calls if call.kwargs["event"] == name]

    def names(self) -> list[str]:
        return [call.kwargs["event"] for call in self._log.calls]


@pytest.fixture
def server() -> Iterator[DnsServer]:
    with DnsServer(GOOD) as running:
        yield running


def ours(server: DnsServer) -> Callable[[], Estate]:
    resolver = (f"{server.host}:{server.port}",)
    wishes = {"resolver": resolver, "blocklists": (), "timeout": 2}
    return lambda: estate(egress=(ip_address("192.0.2.25"),), wishes=wishes)


def doctor(server: DnsServer, clock: Clock, home: Path) -> Doctor:
    async def condition() -> Condition:
        return Condition()

    async def kept(_: object) -> None:
        """Have no page to show it on."""

    practice = Practice(estate=ours(server), upstreams=(), now=clock)
    every = timedelta(hours=1)
    return Doctor(
        practice=practice, condition=condition, home=home, every=every, now=clock, keep=kept
    )


async def test_it_visits_after_the_start_and_then_every_hour(
    server: DnsServer, clock: Clock, tmp_path: Path, events: Any
) -> None:
    visiting = doctor(server, clock, tmp_path)
    await visiting.step()
    assert "examined" not in events.names()
    clock.advance(seconds=AFTER_START.total_seconds())
    for _ in range(3):
        await visiting.step()
    assert events.names().count("examined") == 1
    clock.advance(hours=1)
    await visiting.step()
    assert events.names().count("examined") == 2
    value = metrics.REGISTRY.get_sample_value("relay_doctor_findings", {"severity": "ok"})
    assert value is not None
    assert value > 5


async def test_an_alarm_is_raised_once_and_taken_back(
    server: DnsServer, clock: Clock, tmp_path: Path, events: Any
) -> None:
    visiting = doctor(server, clock, tmp_path)
    await visiting.step()
    for zone, raised, over in (
        (GOOD, [], []),
        (changed(_KEY), ["RD201"], []),
        (changed(_KEY), ["RD201"], []),
        (dict.fromkeys(GOOD, SILENT), ["RD201"], []),  # nobody knows whether it is over
        (GOOD, ["RD201"], ["RD201"]),
    ):
        server.serve(zone)
        clock.advance(hours=1)
        await visiting.step()
        assert (events.of("alarm"), events.of("alarm-over")) == (raised, over)


async def test_a_key_that_the_dns_denies_is_set_aside_until_it_is_shown(
    server: DnsServer, clock: Clock, tmp_path: Path, events: Any
) -> None:
    server.serve(changed(_KEY))
    visiting = doctor(server, clock, tmp_path)
    await visiting.step()  # keys come first, at the start
    assert read_ring(tmp_path).denied == (_KEY,)
    for zone, denied in (
        (dict.fromkeys(GOOD, SILENT), (_KEY,)),  # nobody knows: it stays as it was
        (GOOD, ()),
        (dict.fromkeys(GOOD, SILENT), ()),
        (changed(**{_KEY: '"v=DKIM1; p="'}), (_KEY,)),
    ):
        server.serve(zone)
        clock.advance(hours=1)
        await visiting.step()
        assert read_ring(tmp_path).denied == denied


async def test_a_rotation_that_cannot_go_on_says_so_once(
    clock: Clock, tmp_path: Path, events: Any
) -> None:
    async def none(_: object) -> int:
        return 0

    key = KeySettings(selector="a", file=tmp_path / "a.pem", domain="example.org")
    every = SigningSettings(keys=(key,), rotate_every=timedelta(days=180))
    (tmp_path / "a.pem").write_text("")
    clock.time = clock.time + timedelta(days=400)
    wishes = DomainsSettings(authorities=("127.0.0.1:9",), timeout=timedelta(seconds=1))
    rotation = Rotation(
        signing=every, default_domain="example.org", wishes=wishes, under_way=none, now=clock
    )
    turn = Turn(rotation=rotation, now=clock)
    while await turn.step():  # made and, there being no way to publish, handed to the operator
        pass
    assert events.names() == ["key-moved", "rotation-waits"]
    for _ in range(3):
        clock.advance(minutes=1)
        await turn.step()
    assert events.names() == ["key-moved", "rotation-waits"]
