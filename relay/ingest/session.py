"""MAIL, RCPT, DATA, and the one moment that counts (RFC 5321 s3.3).

A client hears 250 after its message only when `accept` has returned. That call runs in a task of
its own, so neither a lost connection nor a time limit can stop a commit half-way; the reply after
it is best effort. Whatever goes wrong, the client hears a bare 451 and keeps the mail. Who may
send, and to whom, is asked of admission.py. What happens next: `accept`, which the store provides.
"""
# ruff: noqa: N802 - aiosmtpd's names for the methods of commands

import asyncio
from dataclasses import dataclass, field, replace

from relay import journal
from relay.ingest import replies
from relay.ingest.courtesies import Courtesies
from relay.ingest.data import DataReader, header_problem
from relay.ingest.parameters import Refused
from relay.ingest.path import MailCommand, read_mail, read_rcpt
from relay.ingest.terms import STRANGER
from relay.mail.received import Envelope, Origin, Received, Recipient
from relay.policy.settings import HostSettings


@dataclass(slots=True, kw_only=True)
class _Draft:
    """A message under way, from MAIL to the end of DATA."""

    mail: MailCommand
    origin: Origin
    recipients: list[Recipient] = field(default_factory=list)

    def envelope(self) -> Envelope:
        parameters = self.mail.parameters
        return Envelope(
            reverse_path=self.mail.address,
            recipients=tuple(self.recipients),
            eight_bit=parameters.eight_bit,
            smtputf8=parameters.smtputf8,
            envid=parameters.envid,
            ret=parameters.ret,
        )


class Session(Courtesies):
    """One client's session."""

    _draft: _Draft | None

    def reset(self) -> None:
        """Forget the message."""
        self._draft = None

    def busy(self) -> bool:
        """Say whether a message is under way."""
        return self._draft is not None

    async def smtp_MAIL(self, arg: str | None) -> None:
        """RFC 5321 s4.1.1.2: begin a message, if this peer may send any."""
        if not self.helo:
            return self.error(replies.NEED_HELO)
        if self._draft is not None:
            return self.error(replies.BAD_SEQUENCE)
        host = self._known_host()
        if host is None:
            return None
        problem = self.terms.ready()
        if problem is not None:
            self.note(problem)
            return self.small_talk(replies.NO_ROOM)
        mail = read_mail(arg or "", self.terms.limits.message_size)
        if isinstance(mail, Refused):
            return self._refuse(mail.reply)
        self._draft = _Draft(mail=mail, origin=self._origin(host))
        return self.say(replies.SENDER_OK)

    def _known_host(self) -> HostSettings | None:
        """Return the host that this peer is; if it is none, it has been told."""
        if self.host is not None:
            return self.host
        if self.user is not None:
            self.host = self.terms.admission.host_of(self.user)
        elif self.terms.require_auth:
            self._refuse(replies.NEED_AUTH)
            return None
        else:
            self.host = self.terms.admission.host_at(self.address)
        if self.host is None and self.terms.returns is not None:
            return STRANGER  # who may send to our return addresses, and nowhere else
        if self.host is None:
            self._deny()
        return self.host

    def _deny(self) -> None:
        text = f"relaying denied: {self.address} is no host of ours"
        self._refuse(replies.refusal(550, "5.7.1", text))

    def _origin(self, host: HostSettings) -> Origin:
        return Origin(
            host=host.name, address=self.address, helo=self.helo, user=self.user, tls=self.tls
        )

    async def smtp_RCPT(self, arg: str | None) -> None:
        """RFC 5321 s4.1.1.3: add a recipient."""
        draft = self._draft
        if draft is None:
            return self.error(replies.NEED_MAIL)
        if len(draft.recipients) >= self.terms.limits.recipients:
            # No error: the client sends the rest in a message of their own (s4.5.3.1.10).
            return self.say(replies.TOO_MANY_RECIPIENTS)
        recipient = read_rcpt(arg or "", draft.mail.parameters.smtputf8)
        if isinstance(recipient, Refused):
            return self._refuse(recipient.reply)
        return self._add(draft, recipient)

    def _add(self, draft: _Draft, recipient: Recipient) -> None:
        """Add a recipient if this peer may send to it; a return address comes alone."""
        returned = self.terms.returns is not None and self.terms.returns(recipient.address)
        if draft.recipients and (returned or draft.origin.returned):
            # Each return address is a message of its own; the client sends the rest again.
            return self.say(replies.TOO_MANY_RECIPIENTS)
        if returned:
            # Whoever brings it: it is no mail of theirs, and counts in nobody's storm.
            draft.origin = replace(draft.origin, host=STRANGER.name, returned=True)
            draft.recipients.append(recipient)
            return self.say(replies.RECIPIENT_OK)
        if self.host is None:
            return self._deny()
        objection = self.terms.admission.objection(recipient.address)
        if objection is not None:
            # No error either, or the other recipients of a long list would lose their mail.
            self.note(f"{objection}: {recipient.address}")
            return self.small_talk(replies.refusal(550, "5.7.1", objection))
        draft.recipients.append(recipient)
        return self.say(replies.RECIPIENT_OK)

    async def smtp_DATA(self, arg: str) -> None:
        """RFC 5321 s4.1.1.4: read the message, commit it, and only then say 250."""
        draft = self._draft
        if arg:
            return self.error(replies.BAD_ARGUMENT)
        if draft is None:
            return self.error(replies.NEED_MAIL)
        if not draft.recipients:
            return self.error(replies.NEED_RCPT)
        self.say(replies.START_DATA)
        reader = DataReader(self.terms.limits.message_size)
        if not await self.receive(reader):
            raise ConnectionAbortedError
        self.reset()
        raw = reader.message()
        if raw is None:
            return self._refuse(replies.MESSAGE_TOO_BIG)
        problem = header_problem(raw, self.terms.limits)
        if problem is not None:
            return self._refuse(problem)
        return await self._hand_over(draft, raw)

    async def _hand_over(self, draft: _Draft, raw: bytes) -> None:
        """Have the message committed, and say how that went."""
        terms = self.terms
        received = Received(
            id=terms.new_id(),
            raw=raw,
            envelope=draft.envelope(),
            origin=draft.origin,
            at=terms.now(),
        )
        self.deadline.hold()
        try:
            done = await asyncio.shield(self.guests.commit(self._commit(received)))
        finally:
            self.deadline.release()
        if done:
            self.brought_mail()
            self.say(f"250 2.0.0 queued as {received.id}\r\n".encode())
        else:
            self.say(replies.SURPRISE)

    async def _commit(self, received: Received) -> bool:
        """Have the message accepted; say whether it was. Nothing else may come out of it."""
        try:
            await self.terms.accept(received)
        except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001 - 451 on surprise
            journal.session_failed(self.address, error)
            return False
        return True

    def _refuse(self, reply: bytes) -> None:
        """Reply to a mail command that is refused, and journal it, since mail may be lost."""
        self.note(reply.decode().rstrip())
        self.error(reply)
