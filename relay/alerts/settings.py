"""Settings of alarms: by which channels, of what, when not, and the ping that says we live."""

import re
from dataclasses import dataclass
from datetime import time, timedelta
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field, SecretStr

from relay.pipeline.alarm import Kind
from relay.settings import Duration, Section

_HOURS = re.compile(r"(\d\d?):(\d\d)\s*-\s*(\d\d?):(\d\d)")


@dataclass(frozen=True, slots=True)
class Hours:
    """Two times of the day."""

    begins: time
    ends: time


def _hours(value: object) -> object:
    if not isinstance(value, str):
        return value
    match = _HOURS.fullmatch(value.strip())
    try:
        first, second, third, fourth = map(int, match.groups()) if match else (24, 0, 24, 0)
        hours = Hours(time(first, second), time(third, fourth))
    except ValueError:
        raise ValueError("is no span of hours; write 22:00-07:00") from None
    if hours.begins == hours.ends:
        raise ValueError("begins when it ends; leave it out to have no quiet hours")
    return hours


class AlertSettings(Section):
    """Alarms by a channel that is not mail."""

    urls: tuple[SecretStr, ...] = Field((), description="Where to tell alarms: URLs of Apprise.")
    urls_file: Path | None = Field(
        None, description="File with more of them, one a line; they are secrets."
    )
    kinds: tuple[Kind, ...] = Field(tuple(Kind), description="What to tell; all by default.")
    quiet_hours: Annotated[Hours | None, BeforeValidator(_hours, json_schema_input_type=str)] = (
        Field(
            None, description="When only grave alarms are told: 22:00-07:00, in policy.time_zone."
        )
    )
    repeat_every: Duration = Field(
        timedelta(hours=4), ge=timedelta(minutes=1), description="Tell standing alarms again."
    )
    no_flow_after: Duration = Field(
        timedelta(minutes=10),
        ge=timedelta(minutes=1),
        description="Mail waits and none has left for so long.",
    )
    oldest_after: Duration = Field(
        timedelta(hours=1), ge=timedelta(minutes=1), description="A mail has waited for so long."
    )
    no_mail_after: Duration | None = Field(
        None,
        ge=timedelta(minutes=1),
        description="No mail was accepted for so long; by default twice the longest known lull.",
    )
    failure_after: Duration = Field(
        timedelta(minutes=1),
        ge=timedelta(),
        description="A failure's mail could not leave for so long, so it is told here.",
    )
    balance_every: Duration = Field(
        timedelta(hours=1),
        ge=timedelta(minutes=1),
        description="How often to check that the account balances.",
    )
    runbooks: str = Field("docs/runbooks", description="Where the runbooks are: a folder or URL.")
    ping_url: SecretStr | None = Field(
        None, description="Fetched while all is well: https://hc-ping.com/..."
    )
    ping_url_file: Path | None = Field(None, description="File that holds it.")
    ping_every: Duration = Field(
        timedelta(minutes=1), ge=timedelta(seconds=5), description="How often."
    )
