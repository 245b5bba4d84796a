"""The demonstration: a relay on loopback, five jobs, and a table of what came of their mails.

Everything lies in one folder that is made anew each time: configuration, keys, store, and the
Maildir that plays the upstream. It stays, so that the commands which the table ends with answer.
"""

import asyncio
import os
import shutil
from functools import partial
from pathlib import Path
from typing import Any

import yaml
from rich.markup import escape
from sqlalchemy import Connection

from relay import journal
from relay.app import Relay
from relay.cli.console import err, out, print_json, styled
from relay.cli.options import ask_store
from relay.config import Config, load
from relay.demo.jobs import JOBS, Job, has_rsync, lay_out, replay, run
from relay.errors import RelayError
from relay.policy.shipped import shipped_folder
from relay.signing.keys import Algorithm, make_key
from relay.store.views import dossier, recent

_SECONDS = 30  # for the last mail to be delivered after the last job
_MARK = ".made-by-relay-demo"


def show(folder: Path, json: bool) -> None:
    """Run the demonstration in `folder` and print what came of it."""
    folder = folder.absolute()
    _clear(folder)
    path = _configure(folder)
    told = asyncio.run(_play(folder, path))
    if json:
        for each in told:
            print_json(each)
        return
    for each in told:
        _print(each)
    _print_where_next(folder, path, told)


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
        "policy": {"folder": str(shipped_folder())},
        "pool": {"processes": 2},
        "web": {"enabled": False},
    }
    path = folder / "config.yaml"
    path.write_text("# Written by `relay demo`.\n" + yaml.safe_dump(settings, sort_keys=False))
    return path


async def _play(folder: Path, path: Path) -> list[dict[str, Any]]:
    config = load(path, {})
    journal.configure("json", (folder / "relay.log").open("w"))
    relay = Relay(config)
    await relay.start()
    try:
        port = int(relay.server.addresses[0].rpartition(":")[2])
        environment = lay_out(folder, port)
        if not has_rsync():
            err.print("rsync is missing (`apt-get install rsync`): recorded output is mailed")
        err.print(f"a relay listens on 127.0.0.1:{port}; {len(JOBS)} jobs run")
        await asyncio.to_thread(run if has_rsync() else replay, environment, _say_done)
        return await _wait(config)
    finally:
        await relay.stop("the demonstration is over")


def _say_done(job: Job) -> None:
    err.print(f"  [dim]ran {job.script}: {escape(job.world)}[/]")


async def _wait(config: Config) -> list[dict[str, Any]]:
    """Return what came of each job's mail, once all are delivered."""
    for _ in range(_SECONDS * 10):
        rows = await asyncio.to_thread(ask_store, config, lambda c: recent(c, len(JOBS)))
        if len(rows) == len(JOBS) and all(row["mails"] == ["delivered"] for row in rows):
            break
        await asyncio.sleep(0.1)
    else:
        raise RelayError("not every mail was delivered; see relay.log in the folder")
    jobs = zip(JOBS, reversed(rows), strict=True)
    return [ask_store(config, partial(_told, job, row["id"])) for job, row in jobs]


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


def _print(told: dict[str, Any]) -> None:
    lie = "  [red]a false claim[/]" if told["claim_truthful"] is False else ""
    out.print(f"\n[bold]{told['script']}[/]  {escape(told['world'])}  {styled(told['verdict'])}")
    out.print(f"  in    {escape(told['subject_in'])}{lie}")
    out.print(f"  out   [bold]{escape(told['subject_out'])}[/]")
    for found in told["evidence"][:2]:
        out.print(f"  why   line {found['line']}: {escape(found['text'])}")
    out.print(f"  id    {told['id']}")


def _print_where_next(folder: Path, path: Path, told: list[dict[str, Any]]) -> None:
    liar = next((each["id"] for each in told if each["claim_truthful"] is False), told[0]["id"])
    shown = os.path.relpath(path)
    out.print(f"\nwhat left is in {os.path.relpath(folder / 'outbox')}; next, try:")
    for command in (
        f"relay why {liar} -c {shown}",
        f"relay show {liar} --original -c {shown}",
        f"relay show {liar} --final -c {shown}",
        f"relay ledger check -c {shown}",
    ):
        out.print(f"  {command}")
