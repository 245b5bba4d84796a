"""The ways to say no that go along with each mail: header fields and links (RFC 2369, RFC 8058).

Without a public address for the pages there is the mailto alone, which the relay takes itself.
What happens next: pipeline/personal.py writes them into one recipient's mail.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from relay.choice.choice import EVERYTHING, Scope
from relay.choice.token import Key, Purpose, read, write

UNSUBSCRIBE_PREFIX = "u+"
ONE_CLICK = "List-Unsubscribe=One-Click"


def carries_token(address: str) -> bool:
    """Whether a link, or an address with or without mailto, has the form of one of ours."""
    return read(token_in(address)) is not None


def token_in(address: str) -> str:
    """Return what would be the token of a link, or of an address with or without mailto."""
    whole = address.partition("?")[0].removeprefix("mailto:").rstrip("/")
    last = whole.rpartition("/")[2]
    local = last.partition("@")[0].lower()  # some programs fold the case of addresses
    return local.removeprefix(UNSUBSCRIBE_PREFIX)


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """What links are made of: `url` of the pages without a slash at the end, our mail domain.

    `keys` are the live ones, the one to write with first. `help` is where a person may ask,
    `sender` who we are in the statistics of receivers.
    """

    url: str | None
    mail_domain: str
    keys: Sequence[Key]
    help: str
    sender: str

    def link(self, purpose: Purpose, mail_id: str, recipient: str, scope: Scope) -> str | None:
        """Return a link to a page, None where there are no pages."""
        if self.url is None:
            return None
        return f"{self.url}/{purpose}/{write(purpose, mail_id, recipient, scope, self.keys[0])}"

    def mailto(self, mail_id: str, recipient: str, scope: Scope) -> str:
        """Return the address to which any mail ends what `scope` says (RFC 6068 without mailto)."""
        token = write(Purpose.UNSUBSCRIBE, mail_id, recipient, scope, self.keys[0])
        return f"{UNSUBSCRIBE_PREFIX}{token}@{self.mail_domain}"

    def fields(
        self, mail_id: str, recipient: str, scope: Scope, *, shared: bool
    ) -> list[tuple[str, str]]:
        """Return names and values of the header fields of an automated mail.

        A `shared` address gets no link to its settings: any member could use it.
        """
        ways = [f"<mailto:{self.mailto(mail_id, recipient, scope)}?subject=unsubscribe>"]
        page = self.link(Purpose.UNSUBSCRIBE, mail_id, recipient, scope)
        fields = []
        if page is not None:
            ways.insert(0, f"<{page}>")
            fields.append(("List-Unsubscribe-Post", ONE_CLICK))  # RFC 8058 s3.1
        settings = self.link(Purpose.PREFERENCES, mail_id, recipient, EVERYTHING)
        settings = None if shared else settings
        return [
            ("List-Unsubscribe", ", ".join(ways)),
            *fields,
            ("List-Help", f"<{settings}>" if settings else f"<mailto:{self.help}>"),
        ]
