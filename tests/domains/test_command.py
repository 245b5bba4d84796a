"""The command that changes the DNS: its arguments, its failures, its time."""

import sys
from pathlib import Path

import pytest

from relay.domains import publish as module
from relay.domains.publish import Action, Change, publish
from relay.domains.settings import DomainsSettings
from relay.errors import UpdateError

CHANGE = Change(action=Action.ADD, name="s._domainkey.example.org", text='v=DKIM1; p=$(id) "x"')


def settings(*command: str) -> DomainsSettings:
    return DomainsSettings(update_command=command)


async def test_it_gets_action_name_type_ttl_and_value_without_a_shell(tmp_path: Path) -> None:
    script = tmp_path / "hook.py"
    script.write_text(f"import sys; open({str(tmp_path / 'out')!r}, 'a').write(repr(sys.argv[1:]))")
    await publish(settings(sys.executable, str(script), "--zone"), [CHANGE])
    expected = ["--zone", "add", CHANGE.name, "TXT", "3600", CHANGE.text]
    assert (tmp_path / "out").read_text() == repr(expected)


async def test_what_it_says_is_told_if_it_fails() -> None:
    failing = settings("/bin/sh", "-c", "echo no such zone >&2; exit 3")
    with pytest.raises(UpdateError, match="sh add failed with 3: no such zone"):
        await publish(failing, [CHANGE])


async def test_one_that_is_missing_is_told() -> None:
    with pytest.raises(UpdateError, match="No such file"):
        await publish(settings("/nowhere/hook"), [CHANGE])


async def test_one_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_COMMAND_SECONDS", 0.2)
    with pytest.raises(UpdateError, match="took longer"):
        await publish(settings("/bin/sh", "-c", "exec sleep 60"), [CHANGE])
