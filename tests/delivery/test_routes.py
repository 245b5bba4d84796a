"""What the settings of upstreams mean for routing and failover."""

from datetime import timedelta

from relay.delivery.routes import at_once, duties, quota, ways
from relay.delivery.settings import UpstreamSettings
from relay.pipeline.quota import Quota, WarmUp
from relay.pipeline.routing import Cover, Way


def upstream(**given: object) -> UpstreamSettings:
    return UpstreamSettings.model_validate(given)


def test_a_fallback_has_a_duty_behind_those_before_it() -> None:
    first = upstream(name="a", fallback=["b", "c"], failover_after="5min")
    second = upstream(name="b", fallback=["a"])
    five, two = timedelta(minutes=5), timedelta(minutes=2)
    assert duties([first, second, upstream(name="c")]) == {
        "a": (Cover(name="b", after=two),),
        "b": (Cover(name="a", after=five),),
        "c": (Cover(name="a", after=five, before=("b",)),),
    }


def test_ways_and_quotas_are_what_is_set() -> None:
    one = upstream(name="a", group="g", for_domains=["*.example"], profile="microsoft365")
    assert ways([one]) == (Way(name="a", group="g", domains=("*.example",)),)
    assert quota(one) == Quota(per_minute=30, per_day=10_000)
    growing = WarmUp(start=50, double_every=timedelta(days=2))
    assert quota(upstream(warm_up={})) == Quota(warm_up=growing)


def test_direct_delivery_has_more_under_way_than_one_server_gets() -> None:
    assert at_once(upstream(connections=3)) == 3
    assert at_once(upstream(kind="direct", connections=3)) == 24
