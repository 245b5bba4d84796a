"""Keys made once, a mail that has every field we sign, and the DNS that publishes the keys."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from relay.signing.keys import Algorithm, SigningKey, dns_record, load_keys, make_key
from relay.signing.settings import KeySettings, SigningSettings
from tests.dns_server import DnsServer

NOW = datetime.now(UTC)  # verifiers mistrust a t= that is far from theirs

MAIL = b"""\
From: "web01 rsync" <reports@example.org>
To: anna@example.net
Cc: ben@example.net,
\tcleo@example.net
Subject: [FAILED]  web01 rsync /srv/www: partial transfer,
 3 files unreadable (code 23)
Date: Tue, 24 Nov 2026 12:00:00 +0000
Message-ID: <1@example.org>
Reply-To: ops@example.org
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit
List-Id: <rsync.web01.example.org>
List-Unsubscribe: <https://example.org/u/1>
List-Unsubscribe-Post: List-Unsubscribe=One-Click
Auto-Submitted: auto-generated
In-Reply-To: <0@example.org>
References: <0@example.org>

rsync error:  some files \t
\tcould not be transferred (code 23)

.
Gr\xc3\xbc\xc3\x9fe   \x20


""".replace(b"\n", b"\r\n")


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> SigningSettings:
    folder = tmp_path_factory.mktemp("keys")
    return SigningSettings(keys=tuple(_made(folder, algorithm) for algorithm in Algorithm))


def _made(folder: Path, algorithm: Algorithm) -> KeySettings:
    file = folder / f"{algorithm.name}.pem"
    make_key(algorithm, file)
    return KeySettings(selector=algorithm.name.lower(), file=file)


@pytest.fixture(scope="session")
def keys(settings: SigningSettings) -> tuple[SigningKey, ...]:
    return load_keys(settings, "example.org")


@pytest.fixture
def dns(keys: tuple[SigningKey, ...]) -> Iterator[DnsServer]:
    with DnsServer(dict(dns_record(key) for key in keys)) as server:
        yield server
