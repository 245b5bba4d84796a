"""New keys for old, one step at a time; each may be days after the one before, and be tried again.

    made -> published -> (every authoritative server shows it) -> signing
    the one before: signing -> retiring -> (its last mail has left, and a margin) -> revoked
        -> (every server shows the empty p=) -> retired

Where the relay may change the DNS, it does; otherwise the operator does, and the relay waits. The
state is in a file beside the keys, so whoever comes next (`relay keys rotate` after a restart, the
running relay) goes on from there. Nothing signs with a key that one server does not show.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from relay.domains.authority import Sight, sights
from relay.domains.checks import dkim
from relay.domains.estate import PublishedKey
from relay.domains.lookup import Dns
from relay.domains.publish import Action, Change, can_publish, publish
from relay.domains.settings import DomainsSettings, endpoint
from relay.errors import KeyUnusableError
from relay.signing.keyfile import change_ring, read_ring
from relay.signing.keys import Algorithm, configured_keys, load_key, make_key, record_text
from relay.signing.ring import Ring, RingKey, Stage, begun, last_change, moved, switched
from relay.signing.settings import KeySettings, SigningSettings

_SUFFIX = {Algorithm.RSA: "rsa", Algorithm.ED25519: "ed25519"}
_REVOKED = "v=DKIM1; p="
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Where a domain's rotation is. `waits_for` is empty where it moved or nothing is to be done.

    `to_publish` are name and text of records that somebody has to put into the DNS by hand.
    """

    domain: str
    moved_to: Stage | None = None
    waits_for: str = ""
    to_publish: tuple[tuple[str, str], ...] = ()


Step = Callable[[str, Sequence[RingKey]], Awaitable[Progress]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """What a rotation works with. `under_way` counts attempts that began before a moment."""

    signing: SigningSettings
    default_domain: str
    wishes: DomainsSettings
    under_way: Callable[[datetime], Awaitable[int]]
    now: Callable[[], datetime]

    def domains(self) -> tuple[str, ...]:
        """Return every domain that has keys, configured or made by a rotation."""
        configured = (str(key.domain) for key in self._configured())
        turned = (each.domain for each in self.ring().keys)
        return tuple(dict.fromkeys((*configured, *turned)))

    def ring(self) -> Ring:
        """Return where all keys are."""
        return read_ring(self.signing.home)

    def is_turning(self, domain: str) -> bool:
        """Say whether a new key of `domain` is not signing yet."""
        return bool(self.ring().at(domain, Stage.MADE, Stage.PUBLISHED))

    def is_due(self, domain: str) -> bool:
        """Say whether `signing.rotate_every` asks for new keys."""
        every, ring = self.signing.rotate_every, self.ring()
        if every is None or self.is_turning(domain):
            return False
        since = last_change(ring, domain) or self._first_key_made(domain)
        return since is not None and self.now() >= since + every

    def begin(self, domain: str) -> Ring:
        """Make a pair of keys for `domain`."""
        folder = self._home()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return change_ring(folder, lambda ring: begun(ring, self._made(folder, domain, ring)))

    async def advance(self, domain: str) -> Progress:
        """Take the next step for `domain`, if its time has come; say where it is."""
        ring, waiting = self.ring(), Progress(domain=domain)
        steps: tuple[tuple[Stage, Step], ...] = (
            (Stage.MADE, self._publish),
            (Stage.PUBLISHED, self._switch),
            (Stage.RETIRING, self._revoke),
            (Stage.REVOKED, self._retire),
        )
        for stage, step in steps:
            keys = ring.at(domain, stage)
            if keys:
                progress = await step(domain, keys)
                if progress.moved_to is not None:
                    return progress
                waiting = progress if not waiting.waits_for else waiting
        return waiting

    async def _publish(self, domain: str, keys: Sequence[RingKey]) -> Progress:
        if can_publish(self.wishes):
            adding = [_add(name, text) for name, text in _records(keys)]
            await publish(self.wishes, adding)
        return self._move(domain, Stage.MADE, Stage.PUBLISHED)

    async def _switch(self, domain: str, keys: Sequence[RingKey]) -> Progress:
        for name, text in _records(keys):
            unseen = await self._unseen(keys, name, text)
            if unseen:
                return self._waiting(domain, f"{name}: {unseen}", _records(keys))
        replaced = [
            _entered(domain, key.selector, key.file, Stage.RETIRING, self.now())
            for key in self._configured()
            if key.domain == domain
        ]
        change_ring(self._home(), lambda ring: switched(ring, domain, replaced, self.now()))
        return Progress(domain=domain, moved_to=Stage.SIGNING)

    async def _revoke(self, domain: str, keys: Sequence[RingKey]) -> Progress:
        since = max(each.since for each in keys)
        until = since + self.signing.keep_old
        if self.now() < until:
            return self._waiting(domain, f"the old key stays until {until:%Y-%m-%d %H:%M} UTC")
        under_way = await self.under_way(since)
        if under_way:
            return self._waiting(domain, f"{under_way} mails signed by it have not left")
        if can_publish(self.wishes):
            await publish(self.wishes, [*_deletions(keys), *map(_empty, keys)])
        return self._move(domain, Stage.RETIRING, Stage.REVOKED)

    async def _retire(self, domain: str, keys: Sequence[RingKey]) -> Progress:
        for key in keys:
            seen = await self._sights(key.name)
            late = [each.server for each in seen if not _shows_empty(each)]
            if late:
                records = [(each.name, _REVOKED) for each in keys]
                return self._waiting(domain, f"{key.name}: {', '.join(late)}", records)
        return self._move(domain, Stage.REVOKED, Stage.RETIRED)

    async def _unseen(self, keys: Sequence[RingKey], name: str, text: str) -> str:
        """Return which servers do not show a key, or show it wrongly; nothing if all show it."""
        key = next(each for each in keys if each.name == name)
        wanted = PublishedKey(selector=key.selector, domain=key.domain, text=text)
        judged = [
            (each.server, dkim.judge(wanted, each.answer)) for each in await self._sights(name)
        ]
        late = [f"{server} {found.what}" for server, found in judged if found.id != dkim.SHOWN.id]
        return "; ".join(late)

    async def _sights(self, name: str) -> list[Sight]:
        wishes = self.wishes
        servers = [endpoint(each) for each in wishes.resolver]
        fixed = [endpoint(each) for each in wishes.authorities]
        return await sights(Dns(servers, wishes.timeout.total_seconds()), name, fixed)

    def _waiting(self, domain: str, what: str, records: Sequence[tuple[str, str]] = ()) -> Progress:
        by_hand = () if can_publish(self.wishes) else tuple(records)
        return Progress(domain=domain, waits_for=what, to_publish=by_hand)

    def _move(self, domain: str, start: Stage, end: Stage) -> Progress:
        change_ring(self._home(), lambda ring: moved(ring, domain, start, end, self.now()))
        return Progress(domain=domain, moved_to=end)

    def _configured(self) -> tuple[KeySettings, ...]:
        return configured_keys(self.signing, self.default_domain)

    def _first_key_made(self, domain: str) -> datetime | None:
        """Return the date of the oldest configured key's file, the best that is known of it."""
        files = [key.file for key in self._configured() if key.domain == domain]
        dates = [file.stat().st_mtime for file in files if file.exists()]
        zone = self.now().tzinfo
        return datetime.fromtimestamp(min(dates), zone) if dates else None

    def _home(self) -> Path:
        home = self.signing.home
        if home is None:
            raise KeyUnusableError("there is no place for new keys; set signing.folder")
        return home

    def _made(self, folder: Path, domain: str, ring: Ring) -> list[RingKey]:
        taken = {key.selector for key in ring.keys} | {key.selector for key in self._configured()}
        start = _selector(folder, domain, taken, self.now())
        made = []
        for algorithm, suffix in _SUFFIX.items():
            file = folder / f"{domain}-{start}-{suffix}.pem"
            make_key(algorithm, file)
            made.append(_entered(domain, f"{start}-{suffix}", file, Stage.MADE, self.now()))
        return made


def _entered(domain: str, selector: str, file: Path, stage: Stage, now: datetime) -> RingKey:
    return RingKey(domain=domain, selector=selector, file=file, stage=stage, since=now)


def _add(name: str, text: str) -> Change:
    return Change(action=Action.ADD, name=name, text=text)


def _empty(key: RingKey) -> Change:
    return _add(key.name, _REVOKED)


def _shows_empty(sight: Sight) -> bool:
    """Say whether a server revokes the key, or shows none at all."""
    records = [dkim.tags(each) for each in sight.answer.records]
    return sight.answer.failed is None and not any(each.get("p") for each in records)


def _records(keys: Sequence[RingKey]) -> list[tuple[str, str]]:
    """Return name and text of the record of each key."""
    return [(key.name, _text(key)) for key in keys]


def _text(key: RingKey) -> str:
    settings = KeySettings(selector=key.selector, file=key.file, domain=key.domain)
    return record_text(load_key(settings, key.domain))


def _deletions(keys: Sequence[RingKey]) -> list[Change]:
    return [Change(action=Action.DELETE, name=name, text=text) for name, text in _records(keys)]


def _selector(folder: Path, domain: str, taken: set[str], now: datetime) -> str:
    """Return a start of selectors that was never used: 202611a, 202611b."""
    month = f"{now:%Y%m}"
    for letter in _LETTERS:
        names = {f"{month}{letter}-{suffix}" for suffix in _SUFFIX.values()}
        files = (folder / f"{domain}-{name}.pem" for name in names)
        if not names & taken and not any(file.exists() for file in files):
            return month + letter
    raise KeyUnusableError(f"{domain} has had {len(_LETTERS)} rotations this month")
