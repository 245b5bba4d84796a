"""A month of a few hosts, told so that each of the operator's pages has something to show."""

import random
from dataclasses import asdict

from relay.domains.doctor import FINDINGS
from relay.store import findings, silences
from relay.store.acts import perform
from tests.flow.world import World

DAYS = 31
_JOBS = {
    "db01": ("pg_dump shop", "borg home"),
    "mail01": ("rsync /var/mail",),
    "nas": ("copy to the other site", "snapshots"),
    "web01": ("rsync /srv/www", "certificates", "dump of the wiki"),
}
LIAR = ("web01.acme.example", "Backup")


def copied(chance: random.Random, day: int, megabytes: int) -> str:
    """What rsync says after a run that went well; it grows with the days."""
    size = int(megabytes * 1_000_000 * (1 + day / 60) * chance.uniform(0.97, 1.05))
    sent = int(size * chance.uniform(0.01, 0.05))
    return (
        "sending incremental file list\n./\nindex.html\n\n"
        f"Number of files: {1200 + day * 7:,} (reg: {1100 + day * 7:,}, dir: 100)\n"
        f"Number of regular files transferred: {20 + day % 5}\n"
        f"Total file size: {size:,} bytes\nTotal transferred file size: {sent:,} bytes\n\n"
        f"sent {sent:,} bytes  received 1,234 bytes  {sent / 7:,.2f} bytes/sec\n"
        f"total size is {size:,}  speedup is {size / (sent + 1234):.2f}\n"
    )


PARTIAL = (
    'rsync: [sender] send_files failed to open "/srv/www/shop/cache/a.db": Permission denied (13)\n'
    'rsync: [sender] send_files failed to open "/srv/www/shop/cache/b.db": Permission denied (13)\n'
    "\nsent 48,231 bytes  received 1,201 bytes  9,886.40 bytes/sec\n"
    "total size is 812,345,678  speedup is 16,433.60\n"
    "rsync error: some files/attrs were not transferred (see previous errors) (code 23) at "
    "main.c(1338) [sender=3.2.7]\n"
)


def live(world: World) -> str:
    """Let the month pass; return the ID of a report that lied."""
    chance, lie = random.Random(7), ""
    for day in range(DAYS):
        for host, jobs in _JOBS.items():
            for number, job in enumerate(jobs):
                if host == "nas" and job == "snapshots" and day > DAYS - 4:
                    continue  # it has gone missing
                bad = host == "mail01" and day % 11 == 4
                text = PARTIAL if bad else copied(chance, day, 300 * (number + 1))
                world.send(text, subject=f"{job}: {'OK' if not bad else 'failed'}", host=host)
                world.clock.advance(minutes=3)
        world.send(
            PARTIAL if day % 13 == 5 or day == DAYS - 1 else copied(chance, day, 812),
            subject="Backup OK",
            host="web01",
        )
        lie = f"{world.count:016d}"
        world.advance(hours=24 - world.clock().hour + 2)
    visit(world)
    _stuck(world)
    return lie


def _stuck(world: World) -> None:
    """Leave something in the queue, something held, a silence, a suppression."""
    world.away = True
    held = world.send(PARTIAL, subject="rsync /srv/media: failed", host="media")
    world.send(PARTIAL, subject="rsync /srv/photos: failed", host="media")
    until = world.clock().replace(year=world.clock().year, hour=23).isoformat()
    write = world.store.write_now
    write(lambda tx: perform(tx, "queue hold", {"key": held, "reason": "asked about it"}, "alice"))
    write(
        lambda tx: silences.add(
            tx, host="db01*", job="*", until=until, author="vera", reason="moving the rack"
        )
    )
    gone = {"recipient": "old@example.org", "days": "30", "reason": "left the team"}
    write(lambda tx: perform(tx, "recipients suppress", gone, "alice"))
    world.away = False
    for host in ("web01", "nas"):
        world.send(copied(random.Random(3), 31, 300), subject="monthly copy: OK", host=host)


def visit(world: World) -> None:
    """Let the doctor have found one of each third thing that there is to find."""
    kinds = sorted(FINDINGS, key=lambda kind: kind.id)[::3]
    found = [asdict(kind.at("example.org", "v=spf1 ~all")) for kind in kinds]
    world.store.write_now(lambda tx: findings.keep(tx, found))
