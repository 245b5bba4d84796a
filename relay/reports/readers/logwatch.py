"""Summaries of logs: logwatch, logcheck, pflogsumm, the periodic output of FreeBSD.

They quote what others logged, so nothing in them is evidence of anything: `error`, `failed` and
`Killed` are the very words that they collect. Known by logwatch's banner, logcheck's subject or
heading, pflogsumm's headings. They report on no job (`none`), but they are automatic, and each
day's is other news. FreeBSD's periodic mails (`HOST daily run output`) run checks of their own as
well: what zfs or another tool says in them counts, the lines of logs around it do not.
What happens next: combine.py lets it stand alone.
"""

import re2

from relay.reports.finding import Finding, Standing
from relay.reports.letter import Letter
from relay.reports.mask import news
from relay.reports.report import Evidence, Kind, Verdict

MARKS = ""
_HEAD = 1 << 12
_MOST_NEWS = 400
_SUMMARY = re2.compile(
    r"(?m)\A(?:\[\S+\] )?Logwatch for (?P<watched>[\w.-]+)|^\s*#{5,} *Logwatch \d[\d.]* \(|"
    r"\A(?:\[logcheck\] )?(?:Reboot: )?(?P<checked>[\w.-]+) \d{4}-\d\d-\d\d \d\d:\d\d "
    r"(?:System|Security) (?:Events|Alerts)\n|\A\[logcheck\] |"
    r"^This email is sent by logcheck\.|^(?:Security|System) Events(?: for \S+)?\n=-=-=|"
    r"^Postfix [Ll]og [Ss]ummaries for |^Grand Totals\n-{5,}\n\s*messages\n"
)
_PERIODIC = re2.compile(
    r"(?P<host>[\w.-]+) (?P<job>(?:daily|weekly|monthly|security)(?: security)? run output)"
)


def read(letter: Letter) -> Finding | None:
    """Return a finding for a summary of logs."""
    head = letter.body.whole.data[:_HEAD].decode("utf-8", "replace")
    subject = " ".join(letter.subject.split())
    summary = _SUMMARY.search(f"{subject}\n{head}")
    if summary is not None:
        host = summary["watched"] or summary["checked"]
        return _finding(letter, Standing.ALONE, "logwatch.summary", host, None)
    periodic = _PERIODIC.fullmatch(subject)
    if periodic is None:
        return None
    return _finding(letter, Standing.FRAME, "logwatch.periodic", periodic["host"], periodic["job"])


def _finding(
    letter: Letter, standing: Standing, rule: str, host: str | None, job: str | None
) -> Finding:
    """Make a finding that accounts for every line, so that no quoted log is judged."""
    evidence = Evidence(line=0, text=letter.subject.strip(), rule=rule, proves=Verdict.NONE)
    return Finding(
        reader="logwatch",
        kind=Kind.LOGWATCH,
        standing=standing,
        verdict=Verdict.NONE,
        what="a summary of logs",
        evidence=(evidence,),
        owns=letter.body.of_interest,
        news=news(line.text for line in letter.body.written(_MOST_NEWS)),
        host=host,
        job=job,
    )
