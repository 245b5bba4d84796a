"""A receiver's judgement by other people's programs: SPF by pyspf, DKIM and DMARC by authheaders.

    verdict = received(mail.content, mail.reverse_path, helo=mail.helo, records={...})
    assert verdict == {"spf": "pass", "dkim": "pass", "dmarc": "pass"}

It runs in a process of its own, because these programs ask the DNS by settings that a process
shares; there they lead to a real server on loopback.
"""

import json
import subprocess
import sys
from pathlib import Path

from tests.dns_server import DnsServer, Records

_PROGRAM = """
import json, re, sys, warnings
warnings.simplefilter("ignore")
import dns.resolver
asked = json.load(sys.stdin)
resolver = dns.resolver.Resolver(configure=False)
resolver.nameservers, resolver.port = ["127.0.0.1"], asked["port"]
dns.resolver.default_resolver = resolver
import authheaders
line = authheaders.authenticate_message(
    asked["mail"].encode("latin-1"), "mx.example.net", spf=True, dkim=True, dmarc=True,
    ip=asked["ip"], mail_from=asked["mail_from"], helo=asked["helo"],
)
print(json.dumps(dict(re.findall(r"(?<![.\\w])(spf|dkim|dmarc)=(\\w+)", line))))
"""


def received(
    content: bytes, reverse_path: str, records: Records, helo: str, ip: str = "127.0.0.1"
) -> dict[str, str]:
    """Return what a receiver writes into Authentication-Results (RFC 8601)."""
    with DnsServer(records) as server:
        asked = {
            "mail": content.decode("latin-1"),
            "mail_from": reverse_path,
            "helo": helo,
            "ip": ip,
            "port": server.port,
        }
        done = subprocess.run(
            [sys.executable, "-c", _PROGRAM],
            input=json.dumps(asked),
            capture_output=True,
            text=True,
            check=True,
            cwd=Path(__file__).parent,
        )
    verdict: dict[str, str] = json.loads(done.stdout)
    return verdict
