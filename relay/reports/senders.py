"""Who sends by the look of an address: a system account, an automatic sender, or maybe a person.

What happens next: person.py, bounce.py, service.py, host.py and understand.py ask.
"""

import re2

from relay.reports.letter import Letter

_BULK = {"bulk", "list", "junk", "auto_reply"}
_SYSTEM = {
    *(
        "root",
        "cron",
        "crond",
        "anacron",
        "daemon",
        "nobody",
        "www-data",
        "apache",
        "nginx",
        "http",
    ),
    *("backup", "backups", "bacula", "bareos", "backuppc", "borg", "restic", "rsync", "rsnapshot"),
    *(
        "nagios",
        "icinga",
        "icinga2",
        "zabbix",
        "monit",
        "munin",
        "smartd",
        "mdadm",
        "zed",
        "logwatch",
    ),
    *("fail2ban", "system", "server", "nas", "synology", "qnap", "truenas", "unraid", "pve", "pbs"),
    *("diskstation", "rackstation", "openmediavault"),
    *(
        "proxmox",
        "operator",
        "admin",
        "postgres",
        "mysql",
        "git",
        "svc",
        "service",
        "ups",
        "monitor",
    ),
    *("monitoring", "alert", "alerts", "notification", "notifications", "notify", "noreply"),
    *("no-reply", "no_reply", "donotreply", "do-not-reply", "mailer-daemon", "automation", "robot"),
}
_APPLIANCES = {
    *("nas", "synology", "diskstation", "rackstation", "qnap", "truenas", "freenas", "unraid"),
    *("proxmox", "openmediavault"),
}
"""Words in display names that no person is called by: `Drucker` is a surname, too."""
ROLES = (
    *("no-reply", "noreply", "no_reply", "donotreply", "do-not-reply", "newsletter", "news"),
    *("shop", "orders", "order", "billing", "invoice", "sales", "marketing", "offers", "promo"),
    *("events", "support", "info", "hello", "team", "account", "accounts", "store", "service"),
    *("kundenservice", "pedidos", "ventas", "facturacion", "bestellung", "rechnung", "commande"),
    *("facturation", "ordini", "zamowienia", "encomendas"),
)
"""How local parts begin behind which no single person stands."""

_ANGLE = re2.compile(r"<\s*([^<>\s]*)\s*>")
_LOCAL = re2.compile(
    r"(?i)^by |^from \S+ by \S+ with local|\(from \S+@localhost\)|from userid|uid \d+|"
    r"sSMTP|DragonFly Mail Agent|^\(\w"
)
_BARE = re2.compile(r"[^\s<>()\",;]+@[^\s<>()\",;]+")
_COMMENT = re2.compile(r"\(([^()]*)\)")


def address(sender: str) -> str:
    """Return the address in a From field in lower case, empty if there is none."""
    angle = _ANGLE.search(sender)
    if angle is not None:
        return str(angle.group(1)).lower()
    bare = _BARE.search(sender)
    if bare is not None:
        return str(bare.group()).lower()
    first = sender.partition("(")[0].strip()
    return first.lower() if first and " " not in first else ""


def display_name(sender: str) -> str:
    """Return the name in a From field, before the address or as a comment after it."""
    angle = _ANGLE.search(sender)
    if angle is not None:
        name = sender[: angle.start()].strip().strip('"').strip()
        return "" if "@" in name else name
    comment = _COMMENT.search(sender)
    return str(comment.group(1)).strip() if comment is not None else ""


def is_system(local: str) -> bool:
    """Whether a local part is that of a system account or an automatic sender."""
    local = local.lower().partition("+")[0]
    return local in _SYSTEM or local.startswith(("no-reply", "noreply", "bounce", "svc-", "svc_"))


def is_appliance(name: str) -> bool:
    """Whether a display name is that of a device: `Synology DiskStation` signs its mail, too."""
    return not _APPLIANCES.isdisjoint(name.lower().replace("-", " ").split())


def submitted_locally(trace: str) -> bool:
    """Whether a Received field shows a submission on the host itself, by a program's `sendmail`."""
    return _LOCAL.search(trace) is not None


def by_program(letter: Letter) -> bool:
    """Whether the header shows that a program sent it (RFC 3834 s5, cron, lists)."""
    submitted = letter.first("auto-submitted").lower()
    if letter.first("x-cron-env") or letter.reverse_path == "":
        return True
    if submitted and not submitted.startswith("no"):
        return True
    return letter.first("precedence").lower() in _BULK and not letter.first("in-reply-to")


def from_system(letter: Letter) -> bool:
    """Whether it is from a system account, or from whatever calls itself a cron daemon."""
    sender = letter.first("from")
    shown = display_name(sender).lower()
    names = (address(sender).partition("@")[0], shown, *shown.split())
    return any(is_system(name) for name in names) or "cron" in shown
