"""Other people's verifiers, each run for real: dkimpy, Mail::DKIM of perl, OpenDKIM.

Of these OpenDKIM alone knows Ed25519: Debian 12's Mail::DKIM does not, dkimpy only with PyNaCl.
Mail::DKIM and dkimpy look keys up by DNS, from our server on loopback; OpenDKIM's own resolver
takes no port, so it reads them from a file. Where a mail has several signatures by one algorithm,
the first counts, which is ours.
"""

import re
import subprocess
from pathlib import Path

import dkim

from relay.signing.keys import SigningKey, dns_record, record_text
from tests.conftest import find_program
from tests.dns_server import DnsServer

_PERL = """
use strict; use warnings;
use Mail::DKIM::Verifier; use Mail::DKIM::DNS; use Net::DNS::Resolver;
my ($host, $port, $file) = @ARGV;
Mail::DKIM::DNS::resolver(Net::DNS::Resolver->new(nameservers => [$host], port => $port));
my $verifier = Mail::DKIM::Verifier->new();
open my $in, '<:raw', $file or die $!;
local $/; $verifier->PRINT(scalar <$in>); $verifier->CLOSE;
printf "%s %s\\n", $_->algorithm, $_->result for $verifier->signatures;
"""
_OPENDKIM = re.compile(r"dkim=(\w+)[^;]*?header\.a=(\S+)", re.DOTALL)


def by_dkimpy(mail: bytes, number: int, dns: DnsServer) -> bool:
    """Return whether dkimpy takes the signature with this number."""

    def text(name: bytes, timeout: int) -> bytes:
        answer = dns.resolver().resolve(name.decode(), "TXT", lifetime=timeout)
        return b"".join(answer[0].strings)

    verified: bool = dkim.DKIM(mail).verify(number, dnsfunc=text)
    return verified


def by_mail_dkim(mail: bytes, dns: DnsServer, folder: Path) -> dict[str, str]:
    """Return Mail::DKIM's result for each algorithm."""
    file = folder / "mail.eml"
    file.write_bytes(mail)
    command = ["perl", "-e", _PERL, dns.host, str(dns.port), str(file)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    return dict(line.split() for line in reversed(done.stdout.splitlines()))


def by_opendkim(mail: bytes, keys: tuple[SigningKey, ...], folder: Path) -> dict[str, str]:
    """Return OpenDKIM's result for each algorithm."""
    file, published, settings = folder / "mail.eml", folder / "keys.txt", folder / "opendkim.conf"
    file.write_bytes(mail)
    published.write_text("".join(f"{dns_record(key)[0]} {record_text(key)}\n" for key in keys))
    settings.write_text(f"Mode v\nTestPublicKeys {published}\n")
    program = find_program("opendkim")
    assert program is not None
    command = [program, "-x", str(settings), "-vv", "-t", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    found = _OPENDKIM.findall(done.stdout)
    return {algorithm: result for result, algorithm in reversed(found)}
