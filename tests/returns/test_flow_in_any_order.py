"""P1 and P4 whatever comes back, of which mail, in which order: nothing is lost, nobody unheard."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from relay.pipeline.returned import Sort
from relay.pipeline.stages import Outgoing
from relay.store.store import Store
from tests.conftest import Clock
from tests.flow.world import NOW_FOR_ALL, OPS, SUCCESS, World, failure
from tests.returns.returning import OWNER, comes_back, dsn, opt_out_of, text
from tests.returns.test_flow_people import DESK, complaint

WHO = (OPS, "dba@example.org", OWNER)


def answer(mail: Outgoing, kind: str, junk: bytes) -> tuple[bytes, str, str]:
    """Return what comes back of a mail, to which address, and from whom."""
    sender = "somebody@partner.example"
    soft = dsn(mail, "451 4.4.1 no answer")
    return {
        "gone": (dsn(mail), mail.reverse_path, ""),
        "unwanted": (dsn(mail, "550 5.7.1 blocked"), mail.reverse_path, ""),
        "given up": (soft, mail.reverse_path, ""),
        "late": (soft.replace(b"Action: failed", b"Action: delayed"), mail.reverse_path, ""),
        "complaint": (complaint("To: x@isp.example"), mail.reverse_path, sender),
        "at the desk": (complaint(mail_from=mail.reverse_path), DESK, sender),
        "person": (text(f"From: {sender}", "", "Who are you?"), mail.reverse_path, sender),
        "machine": (text(f"From: {sender}", "Precedence: bulk", "", ""), mail.reverse_path, sender),
        "opt-out": (text(f"From: {sender}", "", ""), opt_out_of(mail), sender),
        "junk": (junk.replace(b"\r", b"").replace(b"\n", b"\r\n"), mail.reverse_path, sender),
    }[kind]


KINDS = (
    *("gone", "gone", "unwanted", "given up", "late", "complaint"),
    *("at the desk", "person", "machine", "opt-out", "junk"),
)
happenings = st.lists(
    st.one_of(
        st.tuples(st.just("sent"), st.sampled_from(WHO), st.booleans()),
        st.tuples(st.sampled_from(KINDS), st.integers(0, 50), st.binary(max_size=80)),
        st.tuples(st.just("time"), st.sampled_from((1, 26, 24 * 40)), st.none()),
    ),
    min_size=3,
    max_size=18,
)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(happenings)
def test_p1_and_p4_hold_whatever_comes_back_in_any_order(
    tmp_path_factory: pytest.TempPathFactory, story: list[tuple[str, int | str, bytes | bool]]
) -> None:
    folder, clock = tmp_path_factory.mktemp("orders"), Clock()
    (folder / "now.yaml").write_text(NOW_FOR_ALL)
    with Store(f"sqlite:///{folder / 'relay.db'}", "node", clock) as store:
        world = World(store, clock, folder)
        world.send(SUCCESS)
        for number, (what, which, more) in enumerate(story):
            if what == "sent":
                _fails(world, str(which), number) if more else world.send(SUCCESS, str(which))
            elif what == "time":
                world.clock.advance(hours=which)
            else:
                _comes_back(world, what, int(which), bytes(more))
            world.fates()


def _fails(world: World, to: str, number: int) -> None:
    """A new job fails: somebody is told at once, whoever has declined or is suppressed."""
    before = len(world.arrived)
    world.send(failure(), to, subject=f"copy of /srv/{number:x}x")
    assert any(each.subject.startswith("[FAILED]") for each in world.arrived[before:])


def _comes_back(world: World, what: str, which: int, junk: bytes) -> None:
    answerable = [each.mail for each in world.arrived if each.mail.reverse_path]
    mail = answerable[which % len(answerable)]
    if what == "opt-out" and mail.kind != "report":
        return
    raw, to, sender = answer(mail, what, junk)
    before = len(world.arrived)
    _, (sort,) = comes_back(world, raw, to, sender)
    for each in world.arrived[before:]:
        # Nothing that is in answer to what came back can be answered, but for what a choice says.
        assert not each.mail.reverse_path or sort in (Sort.OPT_OUT, Sort.COMPLAINT, Sort.BOUNCED)
