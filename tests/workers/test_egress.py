"""A change of the source address, as a server sees it, and back again."""

from pathlib import Path

from sqlalchemy import insert, update

from relay.pipeline.stages import Delivered
from relay.store.schema import remedies
from relay.store.store import Store
from relay.workers.egress import Egress
from tests.conftest import Clock
from tests.smtpd import Sink
from tests.workers.test_steps import smarthost

MAIL = ("r@example.org", "ops@example.org", b"Subject: x\r\n\r\ny\r\n")


async def test_an_upstream_departs_from_the_address_that_is_in_force(
    tmp_path: Path, clock: Clock
) -> None:
    with Store(f"sqlite:///{tmp_path / 'relay.db'}", "node-a", clock) as store, Sink() as sink:
        upstream = smarthost(sink)
        egress = Egress(store=store, upstreams={"smarthost": upstream}, sources={"smarthost": None})
        row = {"upstream": "smarthost", "at": clock(), "reason": "x", "per_minute": 5}
        await store.write(lambda tx: tx.execute(insert(remedies).values(row)))
        for address in (None, "127.0.0.2", "127.0.0.2", None):
            changed = update(remedies).values(source_address=address)
            await store.write(lambda tx, changed=changed: tx.execute(changed))
            await egress.step()
            assert isinstance(await upstream.send(*MAIL), Delivered)
        await upstream.close()
        assert sink.peers == ["127.0.0.1", "127.0.0.2", "127.0.0.1"]
