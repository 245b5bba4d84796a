"""RA5xx: what is copied or mailed crosses the network unseen, to the host that it is meant for.

Loopback needs no encryption. What a variable hides is not judged.
"""

import re
from collections.abc import Iterator

from relay.audit.cron import Setting
from relay.audit.document import Document, Snippet
from relay.audit.finding import Edit, Hit, Rule, Severity
from relay.audit.shell.listing import Listed
from relay.audit.source import Kind
from relay.audit.view import View

DAEMON = Rule(
    id="RA501",
    title="rsync's own protocol crosses the network in clear text",
    severity=Severity.WARNING,
    why="rsync:// and host:: have neither encryption nor proof of who answers.",
    remedy="Over ssh (`-e ssh host:path`), or through a TLS tunnel (rsync-ssl).",
    source="rsync(1), USING RSYNC-DAEMON FEATURES; rsync-ssl(1)",
)
HOST_KEY = Rule(
    id="RA502",
    title="ssh takes any host key",
    severity=Severity.WARNING,
    why="Whoever stands in between gets the backup, and can put one in its place.",
    remedy="StrictHostKeyChecking=accept-new, or the key in known_hosts.",
    source="ssh_config(5), StrictHostKeyChecking",
)
CLEAR = Rule(
    id="RA503",
    title="a protocol that sends passwords and data in clear text",
    severity=Severity.ERROR,
    why="rsh, rcp, telnet and ftp can be read by everyone on the way.",
    remedy="ssh, sftp, scp, or ftp over TLS (`set ftp:ssl-force true`, --ssl-reqd).",
    source="RFC 2577; RFC 4217",
)
SMTP = Rule(
    id="RA504",
    title="mail is handed over without TLS",
    severity=Severity.WARNING,
    why="Reports name hosts, paths and accounts; logins can be read with them.",
    remedy="--ssl-reqd, `tls on`, smtp_tls_security_level = may or encrypt.",
    source="RFC 8314 s3; RFC 3207",
)
CERTIFICATE = Rule(
    id="RA505",
    title="the server's certificate is not checked",
    severity=Severity.WARNING,
    why="TLS without a check proves nothing about who is at the other end.",
    remedy="Give the CA: --cacert, tls_trust_file; leave the check on.",
    source="RFC 8314 s3; RFC 9525",
)
OPEN_MODULE = Rule(
    id="RA506",
    title="everybody may write to a module of the rsync daemon",
    severity=Severity.ERROR,
    why="No user, no address and no read-only stands between the network and the backup.",
    remedy="`auth users` with `secrets file`, `hosts allow`, `read only = yes`.",
    source="rsyncd.conf(5)",
)
PAST_THE_RELAY = Rule(
    id="RA507",
    title="the MTA does not send by the relay",
    severity=Severity.NOTE,
    why="Mail of this host is neither corrected, nor signed, nor missed when it does not come.",
    remedy="relayhost = [relay.example.org]:2525, or host and port in .msmtprc.",
    source="README.md, Run it",
)
RULES = (DAEMON, HOST_KEY, CLEAR, SMTP, CERTIFICATE, OPEN_MODULE, PAST_THE_RELAY)

_LOOPBACK = re.compile(r"(?i)^\[?(?:localhost|127\.[\d.]+|::1)\]?(?::|$|/)")
_DAEMON = re.compile(r"^(?:rsync://(?:[^@/]*@)?([^/]*)|(?:[\w.-]+@)?([\w.-]+)::)")
_NO_KEY = re.compile(r"(?i)StrictHostKeyChecking[= ](?:no|off)\b|UserKnownHostsFile[= ]/dev/null")


def check(document: Document) -> Iterator[tuple[Snippet | None, Hit]]:
    """Yield what crosses the network as it should not."""
    for snippet in document.snippets:
        for each in snippet.view.commands:
            for hit in _of(snippet.view, each):
                yield snippet, hit
    by_kind = {Kind.RSYNCD: _modules, Kind.MSMTPRC: _msmtp, Kind.POSTFIX: _postfix}
    if document.kind in by_kind:
        for hit in by_kind[document.kind](document):
            yield None, hit
    if document.kind is Kind.RSNAPSHOT:
        yield from _rsnapshot(document)


def _of(view: View, each: Listed) -> Iterator[Hit]:
    words = each.argv[1:]
    if each.name == "rsync" and not any(re.match(r"(?:-\w*e$|--rsh)", word) for word in words):
        for word in words:
            match = _DAEMON.match(word)
            if match and not _LOOPBACK.match(match[1] or match[2] or ""):
                yield DAEMON.at(each.at.start, f"rsync {word}")
                break
    if any(_NO_KEY.search(word) for word in words):
        text = next(word for word in words if _NO_KEY.search(word))
        yield HOST_KEY.at(each.at.start, text, _accepting(view, each))
    if _is_clear(each):
        yield CLEAR.at(each.at.start, each.name)
    yield from _smtp(each)


def _accepting(view: View, each: Listed) -> tuple[Edit, ...]:
    span = view.data[each.at.start : each.at.end]
    match = re.search(rb"(?i)(StrictHostKeyChecking[= ])(?:no|off)\b", span)
    if match is None:
        return ()
    start = each.at.start + match.end(1)
    return (Edit(start=start, end=each.at.start + match.end(), text=b"accept-new"),)


def _is_clear(each: Listed) -> bool:
    name, words = each.name, each.argv[1:]
    text = " ".join(words)
    if name in ("rsh", "rcp", "rlogin", "telnet", "ftp", "ncftpput", "ncftpget", "tftp"):
        return bool(words) and not any(_LOOPBACK.match(word) for word in words)
    if name == "rsync":
        shells = [words[at + 1] for at, word in enumerate(words[:-1]) if re.match(r"-\w*e$", word)]
        shells += [word.partition("=")[2] for word in words if word.startswith("--rsh=")]
        return any(shell.split()[:1] == ["rsh"] for shell in shells)
    if name in ("lftp", "curl", "wget", "duplicity"):
        clear = re.search(r"(?:^|\s)ftp://(?!localhost|127\.)", text)
        return bool(clear) and not re.search(r"ssl-force true|--ssl-reqd|--ftp-ssl-reqd", text)
    return False


def _smtp(each: Listed) -> Iterator[Hit]:
    text = " ".join(each.argv[1:])
    if server := _in_clear(each, text):
        yield SMTP.at(each.at.start, f"{each.name} to {server} without TLS")
    if each.name in _UNCHECKED and (match := _UNCHECKED[each.name].search(text)):
        yield CERTIFICATE.at(each.at.start, f"{each.name} {match[0].strip()}")


_UNCHECKED = {
    "curl": re.compile(r"(?:^|\s)(?:-[a-zA-Z]*k\b|--insecure\b)"),
    "wget": re.compile(r"--no-check-certificate"),
    "msmtp": re.compile(r"--tls-certcheck=off"),
    "lftp": re.compile(r"ssl:verify-certificate[ =](?:no|false)"),
}


def _in_clear(each: Listed, text: str) -> str:
    """Return the server that mail is handed to without TLS, or nothing."""
    name, server = each.name, ""
    if name == "curl" and "--ssl-reqd" not in text:
        match = re.search(r"(?:^|\s)smtp://(\S+)", text)
        server = match[1].rpartition("@")[2] if match else ""
    elif name == "swaks" and "-tls" not in text:
        match = re.search(r"(?:-s|--server)[ =](\S+)", text)
        server = match[1] if match else ""
    elif name in ("sendemail", "sendEmail") and "tls=no" in text:
        server = "the server"
    elif name in ("nc", "netcat", "ncat", "telnet"):
        match = re.search(r"(\S+) (?:25|587|smtp)$", text)
        server = match[1] if match else ""
    return "" if _LOOPBACK.match(server) else server


def _modules(document: Document) -> Iterator[Hit]:
    merged: dict[str, dict[str, str]] = {"": {}}
    places: dict[str, int] = {}
    for each in document.settings:
        if not each.name:
            places[each.value] = each.at
            merged[each.value] = dict(merged[""])
        else:
            merged.setdefault(each.section, {})[each.name.lower().replace("_", " ")] = each.value
    for name, at in places.items():
        module = merged[name]
        read_only = module.get("read only", "yes").lower() in ("yes", "true", "1")
        if not read_only and not module.get("auth users") and not module.get("hosts allow"):
            yield OPEN_MODULE.at(at, f"[{name}]")


def _msmtp(document: Document) -> Iterator[Hit]:
    defaults: dict[str, Setting] = {}
    accounts: dict[str, dict[str, Setting]] = {}
    for each in document.settings:
        target = defaults if each.section in ("defaults", "") else accounts.setdefault(
            each.section, dict(defaults)
        )  # fmt: skip
        target[each.name] = each
    for known in accounts.values():
        host = known.get("host")
        tls = known.get("tls")
        if host and not _LOOPBACK.match(host.value) and (tls is None or tls.value == "off"):
            yield SMTP.at(
                (tls or host).at, f"host {host.value}, tls {tls.value if tls else 'not set'}"
            )
        if host and _past(document, host.value):
            yield PAST_THE_RELAY.at(host.at, f"host {host.value}")
        check = known.get("tls_certcheck")
        if check and check.value == "off":
            yield CERTIFICATE.at(check.at, "tls_certcheck off")


def _past(document: Document, smarthost: str) -> bool:
    """Say whether a smarthost is none of the names that the relay goes by."""
    name = re.sub(r":\w+$", "", smarthost.strip()).strip("[]").lower()
    return bool(document.relays) and name not in {each.lower() for each in document.relays}


def _postfix(document: Document) -> Iterator[Hit]:
    known = {each.name: each for each in document.settings}
    host, level = known.get("relayhost"), known.get("smtp_tls_security_level")
    if host is None or not host.value:
        at = host.at if host else 0
        yield PAST_THE_RELAY.at(at, "no relayhost: mail goes straight to the recipients' servers")
        return
    if _past(document, host.value):
        yield PAST_THE_RELAY.at(host.at, f"relayhost = {host.value}")
    if not _LOOPBACK.match(host.value) and level is not None and level.value == "none":
        yield SMTP.at(level.at, f"smtp_tls_security_level = none towards {host.value}")
    elif (
        not _LOOPBACK.match(host.value)
        and level is None
        and "smtp_use_tls" not in known
        and known.get("smtp_sasl_auth_enable", host).value == "yes"
    ):
        yield SMTP.at(host.at, f"a login at {host.value}, and no smtp_tls_security_level")


def _rsnapshot(document: Document) -> Iterator[tuple[None, Hit]]:
    for each in document.named("backup"):
        match = _DAEMON.match(each.value)
        if match and not _LOOPBACK.match(match[1] or match[2] or ""):
            yield None, DAEMON.at(each.at, f"backup {each.value}")
    for each in document.named("ssh_args", "rsync_long_args"):
        if _NO_KEY.search(each.value):
            yield None, HOST_KEY.at(each.at, each.value)
