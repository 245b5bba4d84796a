"""By what right tokens are asked for: as the relay itself, for a person, or as a service account.

    client credentials   a secret of our own (Microsoft's app-only access): RFC 6749 s4.4
    refresh token        what a person has granted once: RFC 6749 s6. Where the server gives out a
                         new one, the file is written anew, or the grant would end with the old
    service account      Google's JSON key: a JWT signed with it names the mailbox: RFC 7523 s2.1

What happens next: oauth.py sends the form.
"""

import base64
import json
import os
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from relay import journal
from relay.delivery.https import unsafe
from relay.delivery.settings import OAuthSettings

_GOOGLE = "https://oauth2.googleapis.com/token"
_LARGEST = 1 << 16
_LIFE = 3600  # of an assertion, in seconds: the most that Google takes


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A service account: its address, the ID of its key, and the key."""

    address: str
    key_id: str
    key: RSAPrivateKey = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """Who asks for tokens, where, and by what right; `user` is the mailbox."""

    token_url: str
    user: str
    client_id: str | None
    scope: str | None
    secret: str = field(default="", repr=False)
    refresh_token: str = field(default="", repr=False)
    refresh_token_file: Path | None = None
    account: Account | None = None


def client(settings: OAuthSettings, user: str) -> Client:
    """Return the client of `settings`; raise ValueError or OSError for what cannot work."""
    file = settings.service_account_file
    account, url = (None, None) if file is None else _account(file)
    token_url = settings.token_url or url or ""
    problem = unsafe(token_url)
    if problem is not None:
        raise ValueError(f"oauth.token_url: {token_url or 'it'} {problem}")
    return Client(
        token_url=token_url,
        user=user,
        client_id=settings.client_id,
        scope=settings.scope,
        secret=_secret(settings.client_secret_file),
        refresh_token=_secret(settings.refresh_token_file),
        refresh_token_file=settings.refresh_token_file,
        account=account,
    )


def form(client: Client, refresh_token: str, now: float) -> dict[str, str]:
    """Return the fields of a request for a token; `now` is in seconds since 1970."""
    if client.account is not None:
        return {
            "grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer",
            "assertion": _assertion(client, client.account, int(now)),
        }
    fields = {
        "grant_type": "refresh_token" if refresh_token else "client_credentials",
        "client_id": client.client_id or "",
        "client_secret": client.secret,
        "refresh_token": refresh_token,
        "scope": client.scope or "",
    }
    return {name: value for name, value in fields.items() if value}


def keep_refresh_token(client: Client, fresh: str) -> None:
    """Put a new refresh token in the place of the old one; go on if that cannot be done."""
    file = client.refresh_token_file
    if file is None:
        return
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        draft.touch(0o600)
        with draft.open("w") as new:
            new.write(f"{fresh}\n")
            new.flush()
            os.fsync(new.fileno())
        draft.replace(file)
    except OSError as error:
        journal.refresh_token_not_kept(str(file), error.strerror or str(error))


def _assertion(client: Client, account: Account, now: int) -> str:
    head = {"alg": "RS256", "typ": "JWT", "kid": account.key_id}
    claims = {
        "iss": account.address,
        "sub": client.user,
        "scope": client.scope or "",
        "aud": client.token_url,
        "iat": now,
        "exp": now + _LIFE,
    }
    signed = b".".join(_encoded(json.dumps(part).encode()) for part in (head, claims))
    signature = account.key.sign(signed, PKCS1v15(), SHA256())
    return (signed + b"." + _encoded(signature)).decode()


def _encoded(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def _account(file: Path) -> tuple[Account, str]:
    """Return what Google's key file holds, and where it says that tokens are."""
    try:
        said = json.loads(_text(file))
        key = load_pem_private_key(said["private_key"].encode(), password=None)
        address, key_id = str(said["client_email"]), str(said["private_key_id"])
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ValueError(f"{file} is no JSON key of a service account") from None
    if not isinstance(key, RSAPrivateKey):
        raise ValueError(f"{file} holds no RSA key")  # noqa: TRY004 - it is a value from a file
    return Account(address=address, key_id=key_id, key=key), str(said.get("token_uri") or _GOOGLE)


def _secret(file: Path | None) -> str:
    if file is None:
        return ""
    text = _text(file).strip()
    if not text:
        raise ValueError(f"{file} is empty; write the secret into it")
    return text


def _text(file: Path) -> str:
    with file.open(encoding="utf-8") as opened:
        return opened.read(_LARGEST)
