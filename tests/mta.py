"""Other people's mail software, run for real: Postfix, OpenDKIM, smtp-sink and smtp-source.

    with SmtpSink() as sink, Postfix(sink.port) as postfix:
        postfix.sendmail(mail, "-t")

Each instance has its own folder, ports on loopback and nothing in /etc; leaving the `with`
statement ends it. Postfix insists on being started by root (`MUST_BE_ROOT` says so to a skip) and
its daemons run as users of their own, so the folders are under /tmp and open to all, unlike
pytest's. The benchmark runs the same instances as peers of ours.
"""

import os
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Self

from tests.conftest import find_program

MUST_BE_ROOT = "Postfix starts daemons under users of their own: run the suite as root"
_START_SECONDS = 20

_MAIN = {
    "compatibility_level": "3.6",
    "myhostname": "web01.internal",
    "mydestination": "",
    "local_recipient_maps": "",
    "alias_maps": "",
    "alias_database": "",
    "inet_interfaces": "127.0.0.1",
    "inet_protocols": "ipv4",
    "mynetworks": "127.0.0.0/8",
    "smtp_tls_security_level": "none",
    "maillog_file_prefixes": "/tmp, /var/tmp",
}
# Nothing in a chroot (fifth column): the queue folder has no copies of libraries and /etc files.
_MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 1 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


class Postfix:
    """A Postfix of its own that hands everything to the server on `relay_port`.

    Inside the `with` statement `port` takes SMTP, `sendmail` takes mail as cron hands it over.
    `settings` go into main.cf over the ones above.
    """

    def __init__(
        self, relay_port: int, settings: Mapping[str, str] | None = None, base: str = "/tmp"
    ) -> None:
        self.folder = _open_folder(base, "postfix-")
        self.log = self.folder / "maillog"
        self.port = free_port()
        self.main = {
            **_MAIN,
            "queue_directory": f"{self.folder}/queue",
            "data_directory": f"{self.folder}/data",
            "maillog_file": str(self.log),
            "relayhost": f"[127.0.0.1]:{relay_port}",
            **(settings or {}),
        }

    def __enter__(self) -> Self:
        try:
            self._configure()
            self._control("start")
            wait_until(lambda: _listens(self.port), self._last_words)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if (self.folder / "queue/pid/master.pid").exists():
            self._control("stop")
        shutil.rmtree(self.folder)

    @property
    def pid(self) -> int:
        """The process that is the parent of all the others."""
        return int((self.folder / "queue/pid/master.pid").read_text())

    @property
    def environment(self) -> dict[str, str]:
        """The environment in which `sendmail` and its kin talk to this instance."""
        return {**os.environ, "MAIL_CONFIG": str(self.folder / "etc")}

    def sendmail(self, mail: bytes, *arguments: str) -> None:
        """Hand `mail` to this instance's sendmail, as a script or cron does."""
        command = [_program("sendmail"), *arguments]
        subprocess.run(command, input=mail, env=self.environment, check=True, timeout=30)

    def _configure(self) -> None:
        etc, data = self.folder / "etc", self.folder / "data"
        for folder in (etc, data, self.folder / "queue"):
            folder.mkdir()
        shutil.chown(data, "postfix")
        lines = (f"{name} = {value}\n" for name, value in self.main.items())
        (etc / "main.cf").write_text("".join(lines))
        (etc / "master.cf").write_text(_MASTER.format(port=self.port))

    def _control(self, action: str) -> None:
        command = [_program("postfix"), "-c", str(self.folder / "etc"), action]
        # The daemons inherit the streams, so pipes would stay open: a file takes what it says.
        with (self.folder / "control.log").open("ab") as said:
            done = subprocess.run(command, stdout=said, stderr=said, check=False, timeout=60)
        if done.returncode != 0:
            raise RuntimeError(f"postfix {action} failed:\n{self._last_words()}")

    def _last_words(self) -> str:
        logs = [path for path in (self.folder / "control.log", self.log) if path.exists()]
        return "\n".join(path.read_text(errors="replace")[-2000:] for path in logs)


class OpenDkim:
    """An OpenDKIM that signs, as a milter on `port`, what comes from `domain`."""

    def __init__(self, key: Path, selector: str, domain: str, base: str = "/tmp") -> None:
        self.folder = _open_folder(base, "opendkim-")
        self.port = free_port()
        self.settings = {
            "Mode": "s",
            "Domain": domain,
            "SubDomains": "yes",
            "Selector": selector,
            "KeyFile": str(key),
            "RequireSafeKeys": "no",  # it takes every folder under /tmp for unsafe
            "Socket": f"inet:{self.port}@127.0.0.1",
            "Canonicalization": "relaxed/simple",
            "OversignHeaders": "From",
            "Background": "no",
            "Syslog": "no",
        }

    def __enter__(self) -> Self:
        settings = self.folder / "opendkim.conf"
        settings.write_text("".join(f"{name} {value}\n" for name, value in self.settings.items()))
        with (self.folder / "log").open("wb") as log:
            command = [_program("opendkim"), "-f", "-x", str(settings)]
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            wait_until(lambda: _listens(self.port), (self.folder / "log").read_text)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        _end(self._process)
        shutil.rmtree(self.folder)

    @property
    def pid(self) -> int:
        """Its only process."""
        return self._process.pid


class SmtpSink:
    """Postfix's smtp-sink, which takes and forgets; `count` is how many mails it has taken.

    `options` are its own, such as -p. With `keep` it writes each mail, behind header fields of
    its own, to a file in `kept`.
    """

    _COUNT = re.compile(rb"mesg=\s*(\d+)")

    def __init__(self, *options: str, keep: bool = False, base: str = "/tmp") -> None:
        self._options = options
        self.folder = _open_folder(base, "smtp-sink-")
        self.kept = self.folder / "kept"
        self.port = free_port()
        self.count = 0
        self._keep = keep

    def __enter__(self) -> Self:
        self.kept.mkdir()
        self.kept.chmod(0o777)
        command = [_program("smtp-sink"), "-c", *_unprivileged(), *self._options]
        if self._keep:
            command += ["-d", f"{self.kept}/"]
        command += [f"127.0.0.1:{self.port}", "1024"]
        with (self.folder / "log").open("wb") as log:
            self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        try:
            wait_until(lambda: _listens(self.port), (self.folder / "log").read_text)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        _end(self._process)
        self._reader.join(5)
        if self._process.stdout is not None:
            self._process.stdout.close()
        shutil.rmtree(self.folder)

    def _read(self) -> None:
        """Follow the counter that it prints over itself, a few times a second, not each time."""
        assert self._process.stdout is not None
        rest, read = b"", self._process.stdout
        while chunk := os.read(read.fileno(), 1 << 16):
            rest += chunk
            if found := self._COUNT.findall(rest):
                self.count = int(found[-1])
            rest = rest[-80:]
            time.sleep(0.005)  # readings are to disturb nothing that is being measured


def smtp_source(port: int, *arguments: str, seconds: float = 120) -> None:
    """Run Postfix's smtp-source against `port`; raise unless every message was taken."""
    command = [_program("smtp-source"), *arguments, f"127.0.0.1:{port}"]
    subprocess.run(command, check=True, timeout=seconds, capture_output=True)


def free_port() -> int:
    """Return a TCP port of loopback that nobody has just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until(
    reached: Callable[[], bool], words: Callable[[], str], seconds: float = _START_SECONDS
) -> None:
    """Wait until `reached`; after `seconds` raise with the last `words` of who was waited for."""
    deadline = time.monotonic() + seconds
    while not reached():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {seconds} s in vain:\n{words()}")
        time.sleep(0.02)


def _program(name: str) -> str:
    path = find_program(name)
    if path is None:
        raise RuntimeError(f"{name} is missing; tests/install-packages.sh gets it")
    return path


def _open_folder(base: str, prefix: str) -> Path:
    """Make a folder that daemons of any user can enter, with a path short enough for sockets."""
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=base))
    folder.chmod(0o755)
    return folder


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _unprivileged() -> Sequence[str]:
    """Return the option by which smtp-sink gives up root, which it demands of root alone."""
    return ("-u", "nobody") if os.geteuid() == 0 else ()


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
