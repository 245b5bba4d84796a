"""The protocol itself: commands, order, replies, pipelining."""

from tests.ingest.client import MESSAGE, NOW, Client, Store, connected, serving, settings, visiting


async def test_a_message_arrives_as_it_was_sent() -> None:
    store = Store()
    async with visiting(store) as client:
        assert await client.message() == "250 2.0.0 queued as ID1"
    (received,) = store.received
    assert received.raw == MESSAGE
    assert received.at == NOW
    assert received.envelope.reverse_path == "root@web01"
    assert [each.address for each in received.envelope.recipients] == ["ops@example.org"]
    assert (received.origin.host, received.origin.address) == ("web01", "127.0.0.1")
    assert (received.origin.helo, received.origin.user, received.origin.tls) == (
        "web01",
        None,
        None,
    )
