"""The mail software that hosts really have submits, unchanged, and what arrives stands up anywhere.

Postfix is a host's MTA with our relay as its smarthost; scripts and a real cron hand it their mail.
msmtp, swaks and smtp-source submit directly. Whatever way a mail took, other people's verifiers
accept its signatures, by keys that `relay keys new` made, and every required field is there once.
"""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr
from pathlib import Path

import pytest

from relay.ingest.users import hash_password, write_users
from relay.signing.keys import Algorithm, SigningKey, dns_record, load_keys
from relay.signing.settings import KeySettings, SigningSettings
from tests.certificates import Authority
from tests.conftest import find_program
from tests.dns_server import DnsServer
from tests.e2e.running import ROOT, RunningRelay
from tests.mta import MUST_BE_ROOT, Postfix, smtp_source
from tests.signing.verifiers import by_dkimpy, by_mail_dkim, by_opendkim
from tests.smtpd import Mail, Sink

PASSWORD = "correct horse battery"
ONCE = ("From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type")
LONGEST_LINE = 998  # RFC 5322 s2.1.1

FAILED = """\
rsync: [sender] send_files failed to open "/srv/www/keys.db": Permission denied (13)
rsync error: some files/attrs were not transferred (see previous errors) (code 23) at main.c(1338)
"""
LIE = f"To: ops@example.org\nSubject: Backup OK\n\n{FAILED}".encode()

pytestmark = pytest.mark.needs("perl", "opendkim")


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A relay in service: web01 by its address, db01 by its password, with both kinds of key."""

    relay: RunningRelay
    sink: Sink
    keys: tuple[SigningKey, ...]
    authority: Path
    tls_port: int


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    signing, authority = _new_keys(folder / "keys"), Authority(folder)
    pair, users = authority.pem("127.0.0.1"), folder / "users"
    pair.chmod(0o600)
    write_users(users, {"db01": hash_password(PASSWORD)})
    with Sink() as sink:
        relay = RunningRelay(
            folder,
            sink.port,
            hosts=[
                {"name": "web01", "networks": ["127.0.0.0/8"], "owner": "ops@example.org"},
                {"name": "db01", "users": ["db01"], "owner": "dba@example.org"},
            ],
            ingest={
                "hostname": "relay.example.org",
                "users_file": str(users),
                "listeners": [
                    {"port": 0},
                    {
                        "port": 0,
                        "tls": "starttls",
                        "certificate": str(pair),
                        "key": str(pair),
                        "require_auth": True,
                    },
                ],
            },
        )
        relay.config["signing"] = signing.model_dump(mode="json", exclude_unset=True)
        relay.config["choice"] = {"url": "https://reports.example.org", "port": 0}
        with relay:
            listeners = relay.wait_for_event("started")["listeners"]
            yield Site(
                relay=relay,
                sink=sink,
                keys=load_keys(signing, "example.org"),
                authority=authority.file,
                tls_port=int(listeners[1].rpartition(":")[2]),
            )


@pytest.fixture(scope="module")
def postfix(site: Site) -> Iterator[Postfix]:
    if os.geteuid() != 0:
        pytest.skip(MUST_BE_ROOT)
    with Postfix(site.relay.port) as running:
        yield running


Arrivals = Callable[..., list[Mail]]


@pytest.fixture
def arrivals(site: Site) -> Arrivals:
    """Return a function that waits for so many mails since the test began."""
    before = len(site.sink.mails)

    def wait(count: int = 1, seconds: float = 20) -> list[Mail]:
        return site.sink.wait_for(before + count, seconds)[before:]

    return wait


def _new_keys(folder: Path) -> SigningSettings:
    command = [sys.executable, "-m", "relay", "keys", "new", "2026a", "--folder", folder]
    subprocess.run(command, check=True, capture_output=True, cwd=ROOT)
    names = ("2026a-rsa", "2026a-ed25519")
    keys = tuple(KeySettings(selector=name, file=folder / f"{name}.pem") for name in names)
    return SigningSettings(keys=keys)


def checked(mail: Mail, site: Site, folder: Path) -> EmailMessage:
    """Return what arrived, read, once everything that P7 promises has been found true."""
    message = message_from_bytes(mail.content, policy=SMTP)
    assert isinstance(message, EmailMessage)
    assert {name: len(message.get_all(name, [])) for name in ONCE} == dict.fromkeys(ONCE, 1)
    assert max(map(len, mail.content.split(b"\r\n"))) <= LONGEST_LINE
    assert parseaddr(message["From"])[1].endswith("@example.org")
    assert mail.reverse_path.endswith("@example.org")
    assert not [part.defects for part in message.walk() if part.defects]
    for signature in message.get_all("DKIM-Signature", []):  # RFC 8058 s4
        covered = re.sub(r"\s", "", str(signature)).partition(";h=")[2].partition(";")[0].lower()
        assert {"list-unsubscribe", "list-unsubscribe-post"} <= set(covered.split(":"))
    with DnsServer(dict(dns_record(key) for key in site.keys)) as dns:
        assert by_dkimpy(mail.content, 0, dns)
        assert by_mail_dkim(mail.content, dns, folder)[Algorithm.RSA] == "pass"
    passed = dict.fromkeys(Algorithm, "pass")
    assert by_opendkim(mail.content, site.keys, folder) == passed
    return message


def text(message: EmailMessage) -> str:
    """Return the readable text of a mail."""
    body = message.get_body(("plain",))
    assert body is not None
    content: str = body.get_content()
    return content


# Postfix, as a host's MTA


@pytest.mark.needs("postfix")
def test_a_postfix_hands_over_what_a_script_mails(
    postfix: Postfix, site: Site, arrivals: Arrivals, tmp_path: Path
) -> None:
    postfix.sendmail(LIE, "-t")
    (mail,) = arrivals()
    message = checked(mail, site, tmp_path)
    assert mail.recipients == ("ops@example.org",)
    assert message["Subject"].startswith("[FAILED] web01")
    assert message["X-Original-Subject"] == "Backup OK"
    assert "code 23" in text(message)
    assert "web01.internal (Postfix" in str(message.get_all("Received"))
    assert "status=sent (250 2.0.0 queued as" in postfix.log.read_text()


@pytest.mark.needs("postfix")
def test_what_cron_mails_to_root_reaches_the_owner(
    postfix: Postfix, site: Site, arrivals: Arrivals, tmp_path: Path
) -> None:
    postfix.sendmail(CRON_MAIL, "-FCronDaemon", "-i", "-B8BITMIME", "-oem", "root")
    (mail,) = arrivals()
    message = checked(mail, site, tmp_path)
    assert mail.recipients == ("ops@example.org",)
    assert message["Subject"].startswith("[FAILED] web01")
    assert "Zürich" in text(message)
    assert b"hunter2" not in mail.content


@pytest.mark.needs("postfix", "cron", "rsync")
def test_a_real_cron_is_heard(
    postfix: Postfix, site: Site, arrivals: Arrivals, tmp_path: Path
) -> None:
    with running_cron(postfix, tmp_path, "@reboot rsync -a /nonexistent/ /tmp/nowhere/"):
        (mail,) = arrivals()
    message = checked(mail, site, tmp_path)
    assert mail.recipients == ("ops@example.org",)
    assert message["Subject"].startswith("[FAILED] web01")
    assert "code 23" in text(message)


# msmtp, as a host's MTA that queues nothing


@pytest.mark.needs("msmtp")
def test_msmtp_submits_plainly(site: Site, arrivals: Arrivals, tmp_path: Path) -> None:
    done = msmtp(tmp_path, site.relay.port, "from root@web01\ntls off\nauth off")
    assert done.returncode == 0, done.stderr
    message = checked(arrivals()[0], site, tmp_path)
    assert message["Subject"].startswith("[FAILED] web01")


@pytest.mark.needs("msmtp")
def test_msmtp_submits_with_starttls_and_a_password(
    site: Site, arrivals: Arrivals, tmp_path: Path
) -> None:
    done = msmtp(tmp_path, site.tls_port, protected(site, PASSWORD))
    assert done.returncode == 0, done.stderr
    message = checked(arrivals()[0], site, tmp_path)
    assert message["Subject"].startswith("[FAILED] db01")


@pytest.mark.needs("msmtp")
def test_msmtp_with_a_wrong_password_is_refused(site: Site, tmp_path: Path) -> None:
    done = msmtp(tmp_path, site.tls_port, protected(site, "wrong"))
    assert done.returncode != 0
    assert "535" in done.stderr
    assert PASSWORD not in site.relay.log.read_text()


# swaks, for every shape of mail and dialogue

LONG = f"To: ops@example.org\nSubject: long\n\n{'x' * 5000}\nlast\n{FAILED}".encode()
DOTS = f"To: ops@example.org\nSubject: dots\n\n.\n..\n.one\n...three\n{FAILED}".encode()
EIGHT_BIT = f"To: ops@example.org\nSubject: Zürich\n\nGrüße\n{FAILED}".encode()
SHAPES = {
    "plain": (LIE, (), "code 23"),
    "pipelining": (LIE, ("--pipeline",), "code 23"),
    "helo": (LIE, ("--protocol", "SMTP"), "code 23"),
    "long line": (LONG, (), f"{'x' * 5000}\nlast\n"),
    "dots": (DOTS, (), ".\n..\n.one\n...three\n"),
    "8-bit": (EIGHT_BIT, (), "Grüße\n"),
}


@pytest.mark.needs("swaks")
@pytest.mark.parametrize(("raw", "options", "expected"), SHAPES.values(), ids=SHAPES)
def test_what_swaks_sends_arrives_whole_and_valid(
    site: Site,
    arrivals: Arrivals,
    tmp_path: Path,
    raw: bytes,
    options: tuple[str, ...],
    expected: str,
) -> None:
    done = swaks(site.relay.port, tmp_path, raw, *options)
    assert done.returncode == 0, done.stdout
    message = checked(arrivals()[0], site, tmp_path)
    assert message["Subject"].startswith("[FAILED] web01")
    assert expected in text(message).replace("\r\n", "\n")


@pytest.mark.needs("swaks")
def test_without_a_password_the_submission_port_takes_nothing(site: Site, tmp_path: Path) -> None:
    done = swaks(site.tls_port, tmp_path, LIE)
    assert done.returncode != 0
    assert "530" in done.stdout


@pytest.mark.needs("swaks")
def test_a_password_is_not_taken_without_tls(
    site: Site, arrivals: Arrivals, tmp_path: Path
) -> None:
    login = ("--auth", "PLAIN", "--auth-user", "db01", "--auth-password", PASSWORD)
    assert swaks(site.tls_port, tmp_path, LIE, *login).returncode != 0
    assert swaks(site.tls_port, tmp_path, LIE, "--tls", *login).returncode == 0
    arrivals()  # or it would be counted among those of the next test


# smtp-source, for many at once


@pytest.mark.needs("smtp-sink")  # the same package has smtp-source
@pytest.mark.parametrize("reuse", [(), ("-d",)], ids=["a connection each", "one connection"])
def test_many_at_once_arrive_once_each(
    site: Site, arrivals: Arrivals, tmp_path: Path, reuse: tuple[str, ...]
) -> None:
    options = ("-s", "10", "-m", "150", "-l", "2048", "-N", "-t", "ops@example.org", *reuse)
    smtp_source(site.relay.port, *options, "-f", "root@web01")
    mails = arrivals(150, seconds=60)
    assert len({mail.recipients for mail in mails}) == len(mails) == 150
    for mail in mails[::50]:
        checked(mail, site, tmp_path)


# How they are run

CRON_MAIL = f"""\
From: root (Cron Daemon)
To: root
Subject: Cron <root@web01> rsync -a /srv/www/ backup@store::www
MIME-Version: 1.0
Content-Type: text/plain; charset=UTF-8
Content-Transfer-Encoding: 8bit
X-Cron-Env: <RSYNC_PASSWORD=hunter2>
X-Cron-Env: <SHELL=/bin/sh>

skipping non-regular file "Zürich"
{FAILED}""".encode()

# Namespaces of its own: cron sees our crontab and no other, is on a host called web01, and nobody
# else sees any of it.
_PRIVATE_CRON = """\
echo web01 >/proc/sys/kernel/hostname
mount --make-rprivate /
mount -t tmpfs none /run
mount --bind "$1" /var/spool/cron/crontabs
mount --bind "$2" /etc/cron.d
mount --bind /dev/null /etc/crontab
exec "$3" -f
"""


_ALONE = ("unshare", "--mount", "--uts")


@contextmanager
def running_cron(postfix: Postfix, folder: Path, line: str) -> Iterator[None]:
    """Run cron with one line in root's crontab, and `postfix` as the system's mailer."""
    if subprocess.run([*_ALONE, "true"], capture_output=True, check=False).returncode:
        pytest.skip("a private cron needs namespaces (CAP_SYS_ADMIN)")
    crontabs, empty = folder / "crontabs", folder / "cron.d"
    for each in (crontabs, empty):
        each.mkdir()
    (crontabs / "root").write_text(f"{line}\n")
    (crontabs / "root").chmod(0o600)
    program = find_program("cron")
    command = [*_ALONE, "sh", "-ec", _PRIVATE_CRON, "sh", crontabs, empty, program]
    cron = subprocess.Popen(command, env=postfix.environment)
    try:
        yield
    finally:
        cron.terminate()
        cron.wait(10)


def protected(site: Site, password: str) -> str:
    """Return msmtp's settings for the port that wants TLS and a password."""
    return (
        f"from root@db01\ntls on\ntls_starttls on\ntls_trust_file {site.authority}\n"
        f"auth plain\nuser db01\npassword {password}"
    )


def msmtp(folder: Path, port: int, settings: str) -> "subprocess.CompletedProcess[str]":
    """Submit `LIE`, as a script does that calls msmtp for sendmail."""
    file = folder / "msmtprc"
    file.write_text(f"account default\nhost 127.0.0.1\nport {port}\n{settings}\n")
    file.chmod(0o600)
    command = ["msmtp", f"--file={file}", "-t"]
    return subprocess.run(
        command, input=LIE.decode(), capture_output=True, text=True, check=False, timeout=60
    )


def swaks(port: int, folder: Path, raw: bytes, *options: str) -> "subprocess.CompletedProcess[str]":
    """Submit `raw` as root of web01."""
    file = folder / "mail"
    file.write_bytes(raw)
    place = ["--server", "127.0.0.1", "--port", str(port), "--ehlo", "web01"]
    envelope = ["--from", "root@web01", "--to", "ops@example.org"]
    command = ["swaks", *place, *envelope, "--data", f"@{file}", *options]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
