"""What a receiver makes of our mail: SPF, DKIM and DMARC pass, for each host and each policy."""

import subprocess
import sys
from pathlib import Path

import pytest

from relay.signing.keys import dns_record, load_keys
from relay.signing.settings import KeySettings, SigningSettings
from tests.dns_server import Records
from tests.e2e.running import ROOT, RunningRelay
from tests.signing.receiver import received
from tests.smtpd import Sink

FAILED = (
    "rsync error: some files/attrs were not transferred (see previous errors) (code 23) "
    "at main.c(1338) [sender=3.2.7]\n"
)
FROM = {
    "local": "root@localhost",
    "bare": "root",
    "inside": "backup@web01.internal",
    "ours": "backup@example.org",
    "somebody else's": "backup@strict.example",
}
SHIPPED = sorted(path.stem for path in (ROOT / "policies").glob("*.yaml"))
OPTIONAL = sorted(path.stem for path in (ROOT / "policies/optional").glob("*.yaml"))
PASSED = {"spf": "pass", "dkim": "pass", "dmarc": "pass"}


def report(author: str) -> bytes:
    text = f"From: {author}\nTo: root\nSubject: Backup OK\n\n{FAILED}"
    return text.replace("\n", "\r\n").encode()


def signing(folder: Path) -> SigningSettings:
    command = [sys.executable, "-m", "relay", "keys", "new", "2026a", "--folder", folder]
    subprocess.run(command, check=True, capture_output=True, cwd=ROOT)
    return SigningSettings(keys=(KeySettings(selector="2026a-rsa", file=folder / "2026a-rsa.pem"),))


def records(settings: SigningSettings) -> Records:
    """What `relay dns` would have published."""
    return {
        **dict(dns_record(key) for key in load_keys(settings, "example.org")),
        "example.org": '"v=spf1 ip4:127.0.0.1 -all"',
        "relay.example.org": '"v=spf1 ip4:127.0.0.1 -all"',
        "_dmarc.example.org": '"v=DMARC1; p=reject; aspf=s; adkim=s"',
        "_dmarc.strict.example": '"v=DMARC1; p=reject"',
    }


@pytest.mark.parametrize("policy", [*SHIPPED, *OPTIONAL])
def test_p7_a_receiver_passes_the_mail_of_every_shipped_policy(tmp_path: Path, policy: str) -> None:
    source = ROOT / "policies" / ("optional" if policy in OPTIONAL else "") / f"{policy}.yaml"
    folder = tmp_path / "policies"
    folder.mkdir()
    (folder / source.name).write_text(source.read_text())
    settings = signing(tmp_path / "keys")
    with Sink() as sink:
        relay = RunningRelay(tmp_path, sink.port, policy={"folder": str(folder)})
        relay.config["signing"] = settings.model_dump(mode="json", exclude_unset=True)
        with relay:
            for number, author in enumerate(FROM.values()):
                raw = report(author).replace(b"Backup OK", f"Backup {number:x}x OK".encode())
                relay.send(raw, sender=author)
            mails = sink.wait_for(len(FROM), seconds=30)
    for mail in mails:
        verdict = received(mail.content, mail.reverse_path, records(settings), mail.helo)
        assert verdict == PASSED, mail.content[:500]


def test_a_mail_that_was_changed_on_its_way_does_not_pass(tmp_path: Path) -> None:
    settings = signing(tmp_path / "keys")
    with Sink() as sink:
        relay = RunningRelay(tmp_path, sink.port)
        relay.config["signing"] = settings.model_dump(mode="json", exclude_unset=True)
        with relay:
            relay.send(report("root"))
            (mail,) = sink.wait_for(1)
    changed = mail.content.replace(b"code 23", b"code 00")
    verdict = received(changed, mail.reverse_path, records(settings), mail.helo, "192.0.2.9")
    assert verdict == {"spf": "fail", "dkim": "fail", "dmarc": "fail"}
