"""The jobs of the demonstration: what they copy, the scripts, and a sendmail in their path."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

_SCRIPTS = resources.files("relay.demo") / "scripts"
_RECORDED = resources.files("relay.demo") / "recorded"
_SPOOL_FILE = 2_000_000  # takes rsync over two seconds at the script's --bwlimit
_SECONDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A script, and what is wrong with its world."""

    script: str
    world: str


JOBS = (
    Job(script="nightly-www.sh", world="all is well"),
    Job(script="backup-home.sh", world="one listed file is gone (rsync 23)"),
    Job(script="spool.sh", world="files vanish while rsync runs (rsync 24)"),
    Job(script="databases.sh", world="the destination is a file (rsync 3)"),
    Job(script="offsite.sh", world="nobody answers by ssh"),
)


def has_rsync() -> bool:
    """Say whether the jobs can be real."""
    return shutil.which("rsync") is not None


def lay_out(folder: Path, port: int) -> dict[str, str]:
    """Make the files to copy and the sendmail; return the environment that the scripts run in."""
    source, copy, tools = folder / "source", folder / "copy", folder / "bin"
    for place in ("www/img", "home/ada", "spool/cur", "spool/new", "db"):
        (source / place).mkdir(parents=True, exist_ok=True)
    copy.mkdir(exist_ok=True)
    tools.mkdir(exist_ok=True)
    for number in range(12):
        (source / f"www/img/{number}.png").write_bytes(os.urandom(2000))
    (source / "www/error_codes.html").write_text("a name is no evidence\n")
    (source / "home/ada/notes.txt").write_text("notes\n")
    (source / "home.list").write_text("ada/notes.txt\nada/thesis.odt\n")
    (source / "spool/cur/1").write_bytes(os.urandom(_SPOOL_FILE))
    for number in range(3):
        (source / f"spool/new/{number}").write_text("a mail\n")
    for name in ("one", "two"):
        (source / f"db/{name}.dump").write_text("-- dump\n")
    (copy / "databases").write_text("not a folder\n")
    _write_sendmail(tools / "sendmail", port)
    path = f"{tools}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "SOURCE": str(source), "COPY": str(copy), "LC_ALL": "C"}


def _write_sendmail(path: Path, port: int) -> None:
    sender = Path(__file__).with_name("sendmail.py")
    path.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{sender}" {port} "$@"\n')
    path.chmod(0o755)


def run(environment: dict[str, str], say: Callable[[str], None]) -> None:
    """Run every job, one after the other; `say` is told of each."""
    for job in JOBS:
        with resources.as_file(_SCRIPTS / job.script) as script:
            subprocess.run(  # noqa: S603 - our own script
                ["/bin/sh", script], env=environment, timeout=_SECONDS, check=True
            )
        say(f"ran {job.script}: {job.world}")


def replay(environment: dict[str, str], say: Callable[[str], None]) -> None:
    """Mail the recorded output of every job, where there is no rsync."""
    for job in JOBS:
        mail = (_RECORDED / job.script.replace(".sh", ".eml")).read_bytes()
        subprocess.run(  # noqa: S603 - our own program
            [Path(environment["PATH"].partition(os.pathsep)[0]) / "sendmail", "-t"],
            input=mail,
            env=environment,
            timeout=_SECONDS,
            check=True,
        )
        say(f"ran {job.script}: {job.world}")
