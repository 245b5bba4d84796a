"""What a message says about its jobs: a verdict, and the lines that prove it.

A `Report` is what `understand` makes of a `Message`. Success needs positive evidence and no
contrary evidence (P2); where nothing is recognised the verdict is `unknown`, which is treated as
urgently as a failure. A message that reports on no job at all (a person's mail, a bounce) has the
verdict `none`. What happens next: policy/decide.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Verdict(StrEnum):
    """How the job ended, as far as the text shows."""

    SUCCESS = "success"
    WARNING = "warning"
    FAILURE = "failure"
    UNKNOWN = "unknown"
    NONE = "none"


class Claim(StrEnum):
    """What the sender's own subject, or the first line of the text, asserts."""

    SUCCESS = "success"
    FAILURE = "failure"
    NONE = "none"


class Kind(StrEnum):
    """What sort of mail this is."""

    RSYNC = "rsync"
    RSNAPSHOT = "rsnapshot"
    BORG = "borg"
    RESTIC = "restic"
    CRON_OTHER = "cron-other"
    SMART = "smart"
    MDADM = "mdadm"
    ZFS = "zfs"
    VZDUMP = "vzdump"
    NAS = "nas"
    LOGWATCH = "logwatch"
    UPGRADES = "upgrades"
    MONITORING = "monitoring"
    SYSTEMD = "systemd"
    BACKUP_OTHER = "backup-other"
    SECURITY = "security"
    HUMAN = "human"
    BOUNCE = "bounce"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A line that proves something; `line` counts from 1 in the text read, 0 is the subject.

    `rule` names what recognised it (`rsync.code-23`), `proves` the verdict that it speaks for.
    """

    line: int
    text: str
    rule: str
    proves: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One of several jobs that a mail reports on: a guest, a repository, a share, a run."""

    name: str
    verdict: Verdict
    what: str = ""


Fact = int | float | str | bool | tuple[int, ...] | tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a message says. Texts in it are already free of secrets.

    `what` says it in a few words ("partial transfer, 3 files unreadable (code 23)"). `parts` lists
    the jobs of a mail that reports on several; the worst of them is the verdict.
    `news` is the masked content: two reports with equal host, job, verdict and news say the same.
    `automated` is false only for a person's mail; `claim` is the subject's, `text_claim` that of
    the first line; `claim_truthful` is None where nothing was claimed or nothing is known.
    """

    kind: Kind
    verdict: Verdict
    host: str | None = None
    job: str | None = None
    what: str = ""
    exit_code: int | None = None
    evidence: tuple[Evidence, ...] = ()
    parts: tuple[Part, ...] = ()
    claim: Claim = Claim.NONE
    claim_truthful: bool | None = None
    text_claim: Claim = Claim.NONE
    text_claim_truthful: bool | None = None
    facts: Mapping[str, Fact] = field(default_factory=dict)
    news: tuple[str, ...] = ()
    automated: bool = True
