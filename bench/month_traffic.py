"""A month of mail from backup jobs, from a seed: who sends what when, and what of it is true.

Each host runs eight jobs: most of them nightly, on every tenth host one of them hourly. Two runs in
a hundred fail; three hosts flood, five fall silent, ten jobs lie about what they did.
What happens next: month.py sends it through the relay.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

_HOURLY_EVERY = 10
_FAILING = 0.02
_JITTER = 240.0  # seconds, the spread of a job's duration
_TEAM = 50  # hosts whose mail one person reads


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One mail of a job, and whether it tells of a failure."""

    at: datetime
    host: str
    job: str
    to: str
    subject: str
    body: str
    failed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job: when it starts, which tool it runs; `lies` if its script always claims success."""

    host: str
    name: str
    tool: str
    start: timedelta
    hourly: bool
    lies: bool
    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """All of it; `silent` says from when on a host sends nothing."""

    mails: tuple[Mail, ...]
    jobs: tuple[Job, ...]
    silent: dict[str, datetime]


def _rsync(chance: random.Random, failed: bool) -> str:
    files, size = chance.randint(40, 900), chance.randint(10**8, 2 * 10**8)
    listed = "".join(f"srv/www/site{n % 40}/page-{n:04d}.html\n" for n in range(files // 20))
    if failed:
        errors = (
            'rsync: [sender] send_files failed to open "/srv/key": Permission denied (13)\n',
            "rsync: [Receiver] write error: No space left on device (28)\n",
        )
        return (
            f"sending incremental file list\n{listed}{chance.choice(errors)}"
            "rsync error: some files/attrs were not transferred (see previous errors) (code 23) at"
            " main.c(1338) [sender=3.2.7]\n"
        )
    return (
        f"sending incremental file list\n{listed}\nNumber of files: {files * 30:,}\n"
        f"Number of regular files transferred: {files}\nTotal file size: {size:,} bytes\n\n"
        f"sent {size // 9:,} bytes  received {files * 40:,} bytes  {size // 90:,}.00 bytes/sec\n"
        f"total size is {size:,}  speedup is 8.91\n"
    )


def _borg(chance: random.Random, failed: bool) -> str:
    if failed:
        return (
            "Failed to create/acquire the lock /srv/backup/office/lock.exclusive (timeout).\n"
            "terminating with error status, rc 2\n"
        )
    size, files = chance.randint(200, 300), chance.randint(9000, 9900)
    return (
        "Repository: /srv/backup/office\nArchive name: nightly\n"
        f"Duration: {chance.randint(20, 50)}.00 seconds\nNumber of files: {files}\n"
        + "-"
        * 78
        + "\n                       Original size      Compressed size    Deduplicated size\n"
        f"This archive:              {size}.57 GB            {size - 80}.53 GB"
        f"          {chance.randint(300, 900)}.10 MB\n"
        "terminating with success status, rc 0\n"
    )


def _restic(chance: random.Random, failed: bool) -> str:
    if failed:
        return "Fatal: unable to open repository: dial tcp 10.0.0.9:22: connect: no route to host\n"
    files = chance.randint(40_000, 44_000)
    return (
        f"Files:         {chance.randint(5, 90)} new,   {chance.randint(20, 90)} changed,"
        f" {files} unmodified\n"
        f"Added to the repository: {chance.randint(100, 400)}.583 MiB (90.648 MiB stored)\n\n"
        f"processed {files} files, 78.125 GiB in 0:{chance.randint(20, 55)}\n"
        f"snapshot {chance.getrandbits(32):08x} saved\n"
    )


def _tar(chance: random.Random, failed: bool) -> str:
    if failed:
        return (
            "tar: /srv/forms: Cannot stat: No such file or directory\n"
            "tar: Exiting with failure status due to previous errors\n"
        )
    names = "".join(f"/srv/forms/{n}.odt\n" for n in range(30))
    size = chance.randint(28_000_000, 33_000_000)
    return f"{names}Total bytes written: {size} (29MiB, 1.6GiB/s)\n"


def _dump(chance: random.Random, failed: bool) -> str:
    if failed:
        return "mysqldump: Got error: 1045: Access denied for user 'backup'@'localhost'\n"
    return f"-- MySQL dump 10.19\n-- Dump completed on 2026-11-24  {chance.randint(2, 4)}:10:11\n"


TOOLS: dict[str, Callable[[random.Random, bool], str]] = {
    "rsync": _rsync,
    "borg": _borg,
    "restic": _restic,
    "tar": _tar,
    "dump": _dump,
}


def month(hosts: int, days: int, seed: int, begin: datetime) -> Month:
    """Return the mails of `hosts` hosts over `days` days, in order."""
    chance = random.Random(seed)
    jobs = tuple(_jobs(hosts, chance))
    names = [f"host{number:03d}" for number in range(hosts)]
    quiet = chance.sample(names, k=min(5, hosts // 2))
    silent = {name: begin + timedelta(days=days * chance.uniform(0.5, 0.85)) for name in quiet}
    mails = [mail for job in jobs for mail in _runs(job, days, begin, chance)]
    mails = [mail for mail in mails if mail.at < silent.get(mail.host, mail.at + _DAY)]
    noisy = [name for name in names if name not in silent][:3]
    mails += [mail for kind, host in enumerate(noisy) for mail in _flood(kind, host, days, begin)]
    return Month(mails=tuple(sorted(mails, key=lambda each: each.at)), jobs=jobs, silent=silent)


_DAY = timedelta(days=1)


def _jobs(hosts: int, chance: random.Random) -> Iterator[Job]:
    liars = set(chance.sample(range(hosts), k=min(10, hosts)))
    tools = tuple(TOOLS)
    for number in range(hosts):
        for index in range(8):
            tool = tools[index % len(tools)]
            yield Job(
                host=f"host{number:03d}",
                name=f"{tool} of /srv/{'abcdefgh'[index]}",
                tool=tool,
                start=timedelta(minutes=chance.randint(0, 6 * 60)),
                hourly=number % _HOURLY_EVERY == 0 and index == 0,
                lies=index == 0 and number in liars,
                to=f"team{number // _TEAM}@example.org",
            )


def _runs(job: Job, days: int, begin: datetime, chance: random.Random) -> Iterator[Mail]:
    step = timedelta(hours=1) if job.hourly else _DAY
    starts = begin + (timedelta(minutes=job.start.seconds // 60 % 60) if job.hourly else job.start)
    failing = False
    for number in range(int(timedelta(days=days) / step)):
        # Half of what fails fails again next time; so the share of bad runs is as promised.
        failing = chance.random() < (0.5 if failing else _FAILING / 2)
        at = starts + number * step + timedelta(seconds=chance.uniform(20, 20 + _JITTER))
        yield _mail(job, at, failing, chance)


def _mail(job: Job, at: datetime, failed: bool, chance: random.Random) -> Mail:
    said = " OK" if job.lies else ""
    return Mail(
        at=at,
        host=job.host,
        job=job.name,
        to=job.to,
        subject=f"{job.name}{said}",
        body=TOOLS[job.tool](chance, failed),
        failed=failed,
    )


def _flood(kind: int, host: str, days: int, begin: datetime) -> Iterator[Mail]:
    """Yield a failure every minute, a success every 20 seconds, or two failures by turns."""
    start = begin + timedelta(days=days * (kind + 1) / 4)
    every, many = ((60, 480), (20, 360), (30, 360))[kind]
    socket = "rsync error: error in socket IO (code 10) at clientserver.c(138) [sender=3.2.7]\n"
    full = 'rsync: write failed on "/b": No space left on device (28)\n' + socket.replace(
        "10", "11"
    )
    bodies = ((socket,), ("sent 12 bytes  received 5 bytes\ntotal size is 7\n",), (socket, full))
    for number in range(many):
        yield Mail(
            at=start + timedelta(seconds=number * every),
            host=host,
            job="loop",
            to=f"team{int(host[4:]) // _TEAM}@example.org",
            subject="loop",
            body=bodies[kind][number % len(bodies[kind])],
            failed=kind != 1,
        )
