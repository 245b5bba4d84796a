"""The demonstration: a relay on loopback, five jobs, and what came of their mails.

Everything lies in one folder that is made anew each time: configuration, keys, store, and the
Maildir that plays the upstream. It stays, so that one can ask further questions of it.
What happens next: cli/demo.py prints what `play` returns.
"""

import asyncio
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import Connection

from relay import journal
from relay.app import Relay
from relay.config import Config, load
from relay.demo.jobs import JOBS, Job, has_rsync, lay_out, replay, run
from relay.errors import RelayError
from relay.policy.shipped import shipped_folder
from relay.signing.keys import Algorithm, make_key
from relay.store.store import ask
from relay.store.views import dossier, recent

_SECONDS = 30  # for the last mail to be delivered after the last job
_MARK = ".made-by-relay-demo"
_IN_A_MOMENT = """\
rules:
  - name: what went well waits for a moment only
    match: {verdict: success}
    then:
      route: digest
      digest: {name: demo, at: "at most 2 seconds"}
"""


def play(folder: Path, say: Callable[[str], None]) -> list[dict[str, Any]]:
    """Run the demonstration in `folder`; return what came of each job's mail.

    `say` is told of the progress. Raises RelayError where the folder is somebody else's.
    """
    _clear(folder)
    return asyncio.run(_play(folder, _configure(folder), say))


def _clear(folder: Path) -> None:
    """Make the folder anew, unless it holds something that is not ours."""
    if folder.exists() and any(folder.iterdir()) and not (folder / _MARK).exists():
        raise RelayError(f"{folder} holds something else; choose another with --folder")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / _MARK).touch()


def _configure(folder: Path) -> Path:
    keys = []
    for algorithm, selector in ((Algorithm.RSA, "demo-rsa"), (Algorithm.ED25519, "demo-ed25519")):
        make_key(algorithm, folder / f"{selector}.pem")
        keys.append({"selector": selector, "file": f"{selector}.pem"})
    settings = {
        "identity": {"domain": "reports.example.org", "postmaster": "postmaster@example.org"},
        "hosts": [{"name": "web01", "networks": ["127.0.0.0/8"], "owner": "ops@example.org"}],
        "upstreams": [{"name": "outbox", "kind": "maildir", "path": "outbox"}],
        "ingest": {
            "hostname": "relay.example.org",
            "listeners": [{"address": "127.0.0.1", "port": 0}],
            "limits": {"free_disk": 0, "free_disk_percent": 0},
        },
        "signing": {"keys": keys},
        "store": {"url": "sqlite:///relay.db"},
        "policy": {"folder": str(_policies(folder))},
        "pool": {"processes": 2},
        "web": {"enabled": False},
    }
    path = folder / "config.yaml"
    path.write_text("# Written by `relay demo`.\n" + yaml.safe_dump(settings, sort_keys=False))
    return path


def _policies(folder: Path) -> Path:
    """Return the shipped policies, with a digest that does not wait for the morning."""
    policies = folder / "policies"
    shutil.copytree(shipped_folder(), policies)
    (policies / "demo.yaml").write_text(_IN_A_MOMENT)
    return policies


async def _play(folder: Path, path: Path, say: Callable[[str], None]) -> list[dict[str, Any]]:
    config = load(path, {})
    journal.configure("json", (folder / "relay.log").open("w"))
    relay = Relay(config)
    await relay.start()
    try:
        port = int(relay.server.addresses[0].rpartition(":")[2])
        environment = lay_out(folder, port)
        if not has_rsync():
            say("rsync is missing (`apt-get install rsync`): recorded output is mailed")
        say(f"a relay listens on 127.0.0.1:{port}; {len(JOBS)} jobs run")
        await asyncio.to_thread(run if has_rsync() else replay, environment, say)
        return await _wait(config)
    finally:
        await relay.stop("the demonstration is over")


async def _wait(config: Config) -> list[dict[str, Any]]:
    """Return what came of each job's mail, once all are delivered."""
    for _ in range(_SECONDS * 10):
        rows = await asyncio.to_thread(ask, config.store.url, lambda c: recent(c, len(JOBS)))
        if len(rows) == len(JOBS) and all(row["mails"] == ["delivered"] for row in rows):
            break
        await asyncio.sleep(0.1)
    else:
        raise RelayError("not every mail was delivered; see relay.log in the folder")
    jobs = zip(JOBS, reversed(rows), strict=True)
    return [ask(config.store.url, partial(_told, job, row["id"])) for job, row in jobs]


def _told(job: Job, message_id: str, connection: Connection) -> dict[str, Any]:
    found = dossier(connection, message_id)
    concluded = next(line.event.data for line in found.lines if line.event.kind == "concluded")
    return {
        "id": message_id,
        "script": job.script,
        "world": job.world,
        "verdict": found.message["verdict"],
        "subject_in": concluded["original_subject"],
        "subject_out": concluded["subject"],
        "evidence": concluded["evidence"],
        "claim": concluded["claim"],
        "claim_truthful": concluded["claim_truthful"],
    }
