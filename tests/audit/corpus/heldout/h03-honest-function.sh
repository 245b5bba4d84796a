#!/bin/bash
LOG=$(mktemp)
STATUS=0
copy() {
  rsync -a "$1" "$2" >> "$LOG" 2>&1
  rc=$?
  if [ $rc -ne 0 ]; then STATUS=$rc; fi
}
copy /srv/observer /backup/observer
copy /srv/event /backup/event
if [ $STATUS -eq 0 ]; then
  MSG="success"
else
  MSG="failure"
fi
mail -s "Backup of logs: $MSG" ops@example.org < "$LOG"
rm -f "$LOG"
exit $STATUS
