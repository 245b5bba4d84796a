"""Which kind of mail a program's name stands for, where nothing but the name is known.

A cron line or a subject may name the program whose output was lost, cut or never recognised; then
the kind at least is right. Names are compared whole.
What happens next: cron.py and understand.py ask.
"""

from collections.abc import Iterable

from relay.reports.report import Kind

_PROGRAMS = {
    Kind.RSYNC: "rsync rsyncd rsync_tmbackup osync",
    Kind.RSNAPSHOT: "rsnapshot",
    Kind.BORG: "borg borgbackup borgmatic vorta",
    Kind.RESTIC: "restic resticprofile autorestic rustic",
    Kind.SMART: "smartd smartctl",
    Kind.MDADM: "mdadm checkarray mdmonitor mdcheck",
    Kind.ZFS: "zfs zpool zed sanoid syncoid zrepl zfs-auto-snapshot",
    Kind.VZDUMP: "vzdump",
    Kind.LOGWATCH: "logwatch logcheck",
    Kind.UPGRADES: "unattended-upgrades apticron cron-apt dnf-automatic yum-cron apt-get",
    Kind.MONITORING: "nagios icinga icinga2 monit zabbix munin alertmanager netdata checkmk",
    Kind.SECURITY: "fail2ban rkhunter chkrootkit aide tripwire clamscan clamdscan freshclam lynis",
    Kind.BACKUP_OTHER: (
        "rclone duplicity duply duplicati bacula bareos backuppc urbackup veeam backupninja "
        "rdiff-backup rsbackup kopia amanda amdump dirvish proxmox-backup-client bup snebu "
        "btrbk pgbackrest unison tarsnap"
    ),
}
_KINDS = {name: kind for kind, names in _PROGRAMS.items() for name in names.split()}


def kind_of(names: Iterable[str]) -> Kind | None:
    """Return the kind of the first program among `names` that has one."""
    kinds = (_KINDS.get(name.lower()) for name in names)
    return next((kind for kind in kinds if kind is not None), None)
