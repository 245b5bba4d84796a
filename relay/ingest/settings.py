"""Settings of the SMTP listeners, of who may send to whom, and of every limit on the way in."""

from datetime import timedelta
from enum import StrEnum
from pathlib import Path

from pydantic import Field

from relay.settings import Duration, Section, Size


class ListenTls(StrEnum):
    """How a listener speaks TLS."""

    NONE = "none"
    STARTTLS = "starttls"
    IMPLICIT = "implicit"


class ListenSettings(Section):
    """One listening socket."""

    address: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(2525, ge=0, le=65535, description="TCP port; 0 takes a free one.")
    tls: ListenTls = Field(
        ListenTls.NONE, description="none, starttls (RFC 3207) or implicit (RFC 8314)."
    )
    certificate: Path | None = Field(None, description="PEM file of the certificate and its chain.")
    key: Path | None = Field(None, description="PEM file of the certificate's private key.")
    require_auth: bool = Field(False, description="Take mail from authenticated users only.")


class RecipientSettings(Section):
    """Whom mail may go to."""

    allowed: tuple[str, ...] = Field(
        ("*",), description="Address patterns such as *@example.org; local names always pass."
    )


class LimitSettings(Section):
    """How much one peer may ask of us."""

    message_size: Size = Field(25 << 20, gt=0, description="Largest message.")
    header_size: Size = Field(256_000, gt=0, description="Largest header block.")
    header_lines: int = Field(2_000, gt=0, description="Most lines in a header block.")
    command_line: Size = Field(2_048, ge=512, description="Longest command line, with its CRLF.")
    recipients: int = Field(1_000, ge=100, description="Most recipients of one message.")
    connections: int = Field(500, gt=0, description="Most connections at once.")
    connections_per_address: int = Field(50, gt=0, description="Most at once from one address.")
    command_time: Duration = Field(timedelta(seconds=60), description="Longest wait for a command.")
    data_rate: int = Field(500, ge=0, description="Least bytes per second in DATA.")
    session_time: Duration = Field(timedelta(minutes=20), description="Longest session.")
    errors: int = Field(10, gt=0, description="Most errors in one session.")
    junk_commands: int = Field(100, gt=0, description="Most commands that carry no mail forward.")
    auth_failures: int = Field(3, gt=0, description="Most failed AUTH commands in one session.")
    hops: int = Field(50, gt=0, description="Most Received fields; more is a loop.")
    free_disk: Size = Field(512_000_000, ge=0, description="Accept nothing below this much room.")
    free_disk_percent: float = Field(
        5, ge=0, le=50, description="The same, in percent of the disk."
    )


class IngestSettings(Section):
    """SMTP in."""

    hostname: str | None = Field(
        None, description="Name in our greeting and Received; the machine's by default."
    )
    listeners: tuple[ListenSettings, ...] = Field((ListenSettings(),), description="Sockets.")
    users_file: Path | None = Field(
        None, description="File of name:hash lines, made by `relay users add`."
    )
    recipients: RecipientSettings = Field(RecipientSettings(), description="Whom mail may go to.")
    limits: LimitSettings = Field(LimitSettings(), description="How much one peer may ask.")
