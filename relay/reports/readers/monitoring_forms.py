"""The notices of monitoring systems: how each is known, and where it says what of whom.

A form is known by what only its program writes, never by a subject alone. Its lines are read from
the text, whole, and then its subject adds what the text leaves out. Named groups say what a piece
is: `state`, `severity`, `kind` (problem, recovery, acknowledgement), `host` and `service` watched,
`sender` (who sends the notice), `info` (what the check said).
What happens next: monitoring.py makes a finding of them.
"""

from dataclasses import dataclass, field
from typing import Any

import re2

from relay.reports.report import Verdict


@dataclass(frozen=True, slots=True)
class Form:
    """One program's notice. `known` is searched in the subject, From and the beginning of text."""

    name: str
    known: str
    lines: tuple[str, ...]
    subjects: tuple[str, ...] = ()
    known_by: Any = field(init=False, repr=False, compare=False)
    subjects_by: tuple[Any, ...] = field(init=False, repr=False, compare=False)
    lines_by: tuple[Any, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Compile the patterns."""
        object.__setattr__(self, "known_by", re2.compile(f"(?m){self.known}"))
        object.__setattr__(self, "subjects_by", tuple(map(re2.compile, self.subjects)))
        object.__setattr__(self, "lines_by", tuple(map(re2.compile, self.lines)))


_BAD = (
    *("critical", "crit", "down", "unreachable", "problem", "firing", "alerting", "alert", "error"),
    *("failed", "failure", "is critical", "does not exist", "resource limit matched"),
    *("invalid type", "data access error", "link down", "content match", "timeout", "disconnected"),
    *("unmon", "offline", "not responding"),
)
_GOOD = (
    *(
        "ok",
        "up",
        "recovery",
        "recovered",
        "recover",
        "resolved",
        "clear",
        "oks",
        "exists",
        "normal",
    ),
    *("link up", "timeout recovery", "succeeded", "connected", "online"),
)
_DOUBTFUL = ("warning", "warn", "needs attention", "degraded", "flapping", "changed")
_UNCLEAR = ("unknown", "unkn", "no data", "nodata", "pending", "pend", "paused")

STATES = (
    dict.fromkeys(_BAD, Verdict.FAILURE)
    | dict.fromkeys(_GOOD, Verdict.SUCCESS)
    | dict.fromkeys(_DOUBTFUL, Verdict.WARNING)
    | dict.fromkeys(_UNCLEAR, Verdict.UNKNOWN)
    | dict.fromkeys(("action done", "monit instance changed"), Verdict.NONE)
)
"""What a state means, in lower case. monit telling of its own start or stop is no report."""

MINOR = {"information", "info", "not classified", "warning", "warn", "minor", "notice"}
"""Severities that make a problem a warning."""

_STATE = r"(?P<state>OK|UP|WARNING|CRITICAL|UNKNOWN|DOWN|UNREACHABLE|PENDING)"
_CHECKMK = r"(?P<state>OK|WARN|CRIT|UNKNOWN|UNKN|UP|DOWN|UNREACH\w*|PEND)"
_MONIT_STATE = (
    r"(?P<state>[A-Z][\w' ]*? (?:failed|succeeded|exceeded|ok|changed|not changed)|Does not exist|"
    r"Exists|Resource limit matched|Content (?:match|doesn't match)|Invalid type|Data access error|"
    r"Link (?:up|down)|Timeout(?: recovery)?|Action done)"
)
_LOUD = r"(?P<state>DOWN|UP|down|up|paused)"
_AGAIN = r"(?:currently |back )?(?P<state>DOWN|UP)\b.*"
_NETDATA = r"(?P<host>\S+) (?P<state>is critical|needs attention|recovered)"
_GROUP = r"(?P<service>[^(]+?)? *(?:\(.*\) *)?"  # the labels that differ stand in brackets

FORMS = (
    Form(
        "nagios",
        known=(
            r"^\s*Notification Type: *\w|^\*{3,} *(?:Nagios|Icinga|Naemon|Centreon|Shinken)|"
            r"\A\*\* [A-Z]+ (?:Host|Service) Alert: "
        ),
        subjects=(
            r"(?:.*\*\* )?(?P<kind>[A-Z]+)(?: (?:Host|Service) Alert:| - | alert - ) ?"
            r"(?P<host>.+?)(?:(?:/| - )(?P<service>.+))? is " + _STATE + r"(?: \*\*)?",
        ),
        lines=(
            r"Notification Type: *(?P<kind>\w+)",
            r"Service(?: Description)?: *(?P<service>.+)",
            r"Host(?: ?Name)?: *(?P<host>.+)",
            r"(?:Service |Host )?(?:State|Status): *" + _STATE + r"(?: \(.*\)| for .*)?",
            r"(?:Additional )?Info(?:rmation)?: *(?P<info>.+)",
        ),
    ),
    Form(
        "icinga",
        known=(
            r"^\*{3,} (?:Host|Service) Monitoring on |"
            r"\A\[(?:PROBLEM|RECOVERY|ACKNOWLEDGEMENT|CUSTOM|DOWNTIME\w+|FLAPPING\w+)\] "
        ),
        subjects=(
            r"\[(?P<kind>[A-Z]+)\] (?:Host (?P<host>.+)|(?P<service>.+) on .+) is " + _STATE + "!",
        ),
        lines=(
            r"\*+ (?:Host|Service) Monitoring on (?P<sender>\S+) \*+",
            r".+ is " + _STATE + "!",
            r"Service: *(?P<service>.+)",
            r"Host: *(?P<host>.+)",
            r"Info: *(?P<info>.+)",
        ),
    ),
    Form(
        "checkmk",
        known=r"^(?:\[?Check[_ ]?MK\b|Checkmk)[^\n]*(?: -> |Downtime|Acknowledged|Flapping)",
        lines=(
            r"Host: *(?P<host>[^\s(]+).*",
            r"Service: *(?P<service>.+)",
            r"(?:Event|State): *(?:\w+ (?:->|→) )?" + _CHECKMK,
            r"Event: *(?P<kind>Acknowledged|Downtime.*|.*[Ff]lapping.*)",
            r"(?:Summary|Output|Details): *(?P<info>.+)",
        ),
        subjects=(
            r"(?:\[?Check[_ ]?MK\]?|Checkmk):? (?P<host>[^\s/]+)(?:/(?P<service>.+?))? "
            r"(?:\w+ (?:->|→) )" + _CHECKMK,
        ),
    ),
    Form(
        "zabbix",
        known=(
            r"^Original problem ID: |^Trigger status: |^Problem (?:started at|has been resolved)|"
            r"Current problem status is (?:PROBLEM|RESOLVED|OK), age is "
        ),
        subjects=(
            r"(?P<state>Problem|PROBLEM|Resolved|RESOLVED|OK)(?: in [\dhmsd .]+)?: (?P<service>.+)",
        ),
        lines=(
            r"(?P<state>Problem) started at .*",
            r"Problem has been (?P<state>resolved)\b.*",
            r"(?:Trigger|Problem) status: *(?P<state>PROBLEM|OK|RESOLVED)",
            r".*Current problem status is (?P<state>PROBLEM|RESOLVED|OK),.*",
            r"(?:Problem name|Problem|Trigger): *(?P<service>.+)",
            r"Host(?: name)?: *(?P<host>.+)",
            r"(?:Trigger severity|Severity): *(?P<severity>.+)",
            r"Operational data: *(?P<info>.+)",
        ),
    ),
    Form(
        "monit",
        known=r"^Your faithful employee|^monit alert --|^\s*Action: +(?:alert|restart|start|stop|"
        r"exec|unmonitor|monitor)\n\s*Host: ",
        subjects=(r"monit alert -- +" + _MONIT_STATE + r" (?P<service>\S+)",),
        lines=(
            _MONIT_STATE + r" Service (?P<service>\S+)",
            r"Host: +(?P<sender>\S+)",
            r"Description: +(?P<info>.+)",
        ),
    ),
    Form(
        "grafana",
        known=(
            r"(?i)\A\[(?:FIRING|RESOLVED|Alerting|OK|No Data)(?::\d+)?\][^\n]*\n"
            r"(?:[^\n]*\bgrafana\b|(?:.*\n)+sent by grafana)"
        ),
        subjects=(r"\[(?P<state>FIRING|RESOLVED|Alerting|OK|No Data)(?::\d+)?\] ?" + _GROUP,),
        lines=(
            r"\W*\d+ (?P<state>firing|resolved)(?: alert)? instances?",
            r"\[(?P<state>Alerting|OK|No Data)\] (?P<service>.+)",
            r"alertname *[=:]? *(?P<service>\S.*)",
            r"(?:instance|Summary|Description) *[=:]? *(?P<info>\S.*)",
        ),
    ),
    Form(
        "alertmanager",
        known=(
            r"(?i)^\[\d+\] (?:Firing|Resolved)$|^sent by alertmanager|view in alertmanager|"
            r"\A\[(?:FIRING:\d+|RESOLVED)\] "
        ),
        subjects=(r"\[(?P<state>FIRING|RESOLVED)(?::\d+)?\] ?" + _GROUP,),
        lines=(
            r"\[\d+\] (?P<state>Firing|Resolved)",
            r"(?:- )?alertname = (?P<service>.+)",
            r"(?:- )?severity = (?P<severity>.+)",
            r"(?:- )?(?:instance|summary|description|message) = (?P<info>.+)",
        ),
    ),
    Form(
        "netdata",
        known=r"^\s*Notification generated on |^X-Netdata|netdata\.cloud|View netdata dashboard",
        subjects=(
            _NETDATA + " - (?P<service>.+?) - .*",
            r"(?P<state>Critical|Warning|Clear), (?P<service>[\w.]+) .*on (?P<host>\S+)",
        ),
        lines=(
            _NETDATA,
            r"Chart *: *(?P<service>.+)",
            r"Notification generated on (?P<sender>\S+)",
            r"(?P<info>.+ = .+)",
        ),
    ),
    Form(
        "munin",
        known=r"^\S.* :: \S.* :: \S.*\n\s*(?:CRITICALs|WARNINGs|UNKNOWNs|OKs): ",
        lines=(
            r".* :: (?P<host>.+) :: (?P<service>.+)",
            r"(?P<state>CRITICAL|WARNING|UNKNOWN|OK)s: *(?P<info>.+)",
        ),
    ),
    Form(
        "healthchecks",
        known=r"\A(?:DOWN|UP) \| |^The check \".+\" has gone (?:up|down)\.?$|"
        r"^\".+\" is (?:DOWN|UP)(?:\.| \()",
        subjects=(r"(?P<state>DOWN|UP) \| (?P<service>.+)",),
        lines=(
            r"(?:The check )?[\"“](?P<service>.+)[\"”] (?:is|has gone|went) " + _LOUD + r"\b.*",
            r"Last ping type: (?P<info>.+)",
        ),
    ),
    Form(
        "uptime-robot",
        known=r"\AMonitor is (?:DOWN|UP): ",
        subjects=(r"Monitor is (?P<state>DOWN|UP): (?P<service>.+)",),
        lines=(
            r".*\b[Mm]onitor (?P<service>.+?) (?:\(.*\) )?is " + _AGAIN,
            r"(?:Root cause|Reason): *(?P<info>.+)",
        ),
    ),
    Form(
        "uptime-kuma",
        known=r"^\[.+\] \[[^\]\w]*(?:Up|Down)\] ",
        subjects=(r"\[(?P<service>.+?)\] \[[^\]\w]*(?P<state>Up|Down)\] (?P<info>.*)",),
        lines=(r"\[(?P<service>.+?)\] \[[^\]\w]*(?P<state>Up|Down)\] (?P<info>.*)",),
    ),
    Form(
        "librenms",
        known=r"^Unique-ID: |\A(?:Alert for device|Device \S+ recovered from) ",
        subjects=(
            r"(?P<state>Alert) for device (?P<host>\S+) - (?P<service>.+)",
            r"Device (?P<host>\S+) (?P<state>recovered) from (?P<service>.+)",
        ),
        lines=(
            r"(?P<state>Alert) for device (?P<host>\S+) - (?P<service>.+)",
            r"Device (?P<host>\S+) (?P<state>recovered) from (?P<service>.+)",
            r"Severity: *(?P<severity>\w+)",
            r"Rule: *(?P<service>.+)",
        ),
    ),
    Form(
        "observium",
        known=r"\A(?:ALERT|RECOVER): \[",
        subjects=(
            r"(?P<state>ALERT|RECOVER): \[(?P<host>[^\]]+)\](?: \[[^\]]+\])* ?(?P<service>.*)",
        ),
        lines=(
            r"(?:State|Status|Alert State)[: ] *(?P<state>ALERT|RECOVER(?:ED)?|OK|FAILED)\b.*",
            r"Device:? +(?P<host>\S+)",
        ),
    ),
)
