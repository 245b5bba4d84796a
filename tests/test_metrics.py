"""Figures, their dashboard, their rules for alerts and their page say the same."""

import json
import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from relay.metrics import REGISTRY
from relay.store.backlog import Depth
from relay.web.health import _queue_figures
from tests.conftest import find_program

ROOT = Path(__file__).parent.parent
DASHBOARD = json.loads((ROOT / "docker/grafana/honest-relay.json").read_text())
RULES = yaml.safe_load((ROOT / "docker/prometheus/rules.yml").read_text())
QUERIES = [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]
ALERTS = [rule for group in RULES["groups"] for rule in group["rules"]]
_SUFFIXES = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count"), "gauge": ("",)}


def known() -> set[str]:
    """Every series that /metrics may have."""
    at = datetime(2026, 1, 1, tzinfo=UTC)
    read = _queue_figures([Depth(upstream="a", waiting=1, oldest=at)], at, (1, 2)).decode()
    types = {family.name: family.type for family in REGISTRY.collect()}
    types |= dict(re.findall(r"^# TYPE (\w+) (\w+)$", read, re.MULTILINE))
    return {f"{name}{suffix}" for name, kind in types.items() for suffix in _SUFFIXES[kind]}


@pytest.mark.parametrize("query", [*QUERIES, *(rule["expr"] for rule in ALERTS)])
def test_a_query_names_figures_that_exist(query: str) -> None:
    names = set(re.findall(r"\brelay_\w+", query))
    assert names or 'up{job="honest-relay"}' in query
    assert names <= known()


def test_every_figure_is_on_the_dashboard() -> None:
    shown = " ".join(QUERIES)
    missing = [
        family.name for family in REGISTRY.collect() if not re.search(rf"\b{family.name}", shown)
    ]
    assert missing == []


def test_every_figure_is_on_the_page_of_operations() -> None:
    page = (ROOT / "docs/operations.md").read_text()
    named = set(re.findall(r"`(relay_\w+)", page))
    whole = {name for name in known() if not name.endswith(("_bucket", "_sum", "_count"))}
    whole |= {name.removesuffix("_count") for name in known() if name.endswith("_count")}
    assert sorted(whole - named) == []
    assert sorted(named - whole) == []


def test_every_alert_names_a_runbook_that_is_there() -> None:
    for rule in ALERTS:
        assert (ROOT / rule["annotations"]["runbook"]).exists(), rule["alert"]


def test_every_alert_is_on_the_page_of_operations() -> None:
    page = (ROOT / "docs/operations.md").read_text()
    assert [rule["alert"] for rule in ALERTS if f"`{rule['alert']}`" not in page] == []


@pytest.mark.needs("promtool")
def test_promtool_finds_nothing_wrong() -> None:
    promtool = find_program("promtool")
    assert promtool is not None
    config = ROOT / "docker/prometheus/prometheus.yml"
    done = subprocess.run(
        [promtool, "check", "config", config], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(ALERTS)} rules found" in done.stdout
