"""A script for each way to lie, as it stands; they run in a folder of their own with stubs.

The work is `rsync` (a stub that fails), mails are recorded by stubs of mail and sendmail. Where a
script mails nothing itself, whoever runs it does, as cron does: if there is output, and with the
status in the subject.
"""

BASH = "#!/bin/bash\n"

LIES = {
    "RA101": BASH + 'rsync -a src/ dst/ > log 2>&1\nmail -s "Backup OK" root < log\n',
    "RA101 by sendmail": BASH
    + "rsync -a src/ dst/ > log 2>&1\n"
    + "sendmail -t <<EOF\nTo: root\nSubject: Backup successful\n\n$(cat log)\nEOF\n",
    "RA101 in a function": BASH
    + 'notify() {\n  date | mail -s "$1" root\n}\n'
    + 'rsync -a src/ dst/ 2> log\nnotify "copy completed"\n',
    "RA102": BASH
    + "rsync -a src/ dst/ 2>&1 | tee log > /dev/null\nif [ $? -eq 0 ]; then\n"
    + '  mail -s "Backup OK" root < log\nelse\n  mail -s "Backup FAILED" root < log\nfi\n',
    "RA102 in sh": "#!/bin/sh\n"
    "if rsync -a src/ dst/ 2>&1 | tee log > /dev/null; then\n"
    '  mail -s "Backup OK" root < log\nelse\n  mail -s "Backup FAILED" root < log\nfi\n',
    "RA102 into mail": BASH + 'rsync -a src/ dst/ 2>&1 | mail -s "Backup complete" root\n',
    "RA103": BASH + "rsync -a src/ dst/ ; echo finished\n",
    "RA103 over lines": BASH + "rsync -a src/ dst/\necho finished\n",
    "RA104": BASH
    + "set -e\nrsync -a src/ dst/ > log 2>&1 || true\n"
    + 'mail -s "Backup OK" root < log\n',
    "RA104 without mail": BASH + "rsync -a src/ dst/ || true\n",
    "RA105": BASH
    + "copy() {\n  local out=$(rsync -a src/ dst/ 2>&1)\n  if [ $? -eq 0 ]; then\n"
    + '    echo "$out" | mail -s "Backup OK" root\n  else\n'
    + '    echo "$out" | mail -s "Backup FAILED" root\n  fi\n}\ncopy\n',
    "RA105 by export": BASH
    + "export out=$(rsync -a src/ dst/ 2>&1)\nif [ $? -eq 0 ]; then\n"
    + '  echo "$out" | mail -s "Backup OK" root\nelse\n'
    + '  echo "$out" | mail -s "Backup FAILED" root\nfi\n',
    "RA106": BASH
    + "rsync -a src/ dst/ > log 2>&1\ndate >> log\nRC=$?\nif [ $RC -eq 0 ]; then\n"
    + '  mail -s "Backup OK" root < log\nelse\n  mail -s "Backup FAILED" root < log\nfi\n',
    "RA107": BASH
    + "set -e\ncopy() {\n  rsync -a src/ dst/ > log 2>&1\n  date >> log\n}\nif copy; then\n"
    + '  mail -s "Backup OK" root < log\nelse\n  mail -s "Backup FAILED" root < log\nfi\n',
    "RA108": BASH
    + "rsync -a src/ dst/ > log 2>&1\nGOOD=1 rsync -a more/ dst/ >> log 2>&1\n"
    + 'if [ $? -eq 0 ]; then\n  mail -s "Backup OK" root < log\n'
    + 'else\n  mail -s "Backup FAILED" root < log\nfi\n',
    "RA109": BASH
    + "rsync -a src/ dst/ > log 2>&1\nif grep -qi fatal log; then\n"
    + '  mail -s "Backup FAILED" root < log\nelse\n  mail -s "Backup OK" root < log\nfi\n',
    "RA111": BASH
    + "if rsync -a src/ dst/ > log 2>&1; then\n"
    + '  mail -s "Backup OK" root < log\nelse\n  echo failed >> log\nfi\n',
    "RA112": BASH + 'rsync -a src/ dst/ > log 2>&1\nmail -s "Night run" root < log\n',
    "RA113": BASH
    + "rsync -a src/ dst/ > log 2>&1\ncase $? in\n"
    + '  0|23|24) mail -s "Backup OK" root < log ;;\n'
    + '  *) mail -s "Backup FAILED" root < log ;;\nesac\n',
}
FALSE_ALARM = BASH + (
    "rsync -a src/ dst/ > log 2>&1\nif [ $? -ge 0 ]; then\n"
    '  mail -s "Backup FAILED" root < log\nfi\n'
)

_RECORD = """#!/bin/sh
# $1 is -s for mail; sendmail gets a header.
if [ "$1" = -s ]; then
  subject=$2
  cat > /dev/null
else
  subject=$(sed -n '1,/^$/s/^Subject: //p')
fi
printf '%s\\n' "$subject" >> "$SENT"
"""
_RSYNC = """#!/bin/sh
[ -n "$GOOD" ] && exit 0
echo "rsync error: some files/attrs were not transferred (code 23)" >&2
exit 23
"""
STUBS = {"mail": _RECORD, "sendmail": _RECORD, "rsync": _RSYNC}
