#!/bin/bash
LOG=/var/log/pc.log
rsync -az --ignore-errors -e "ssh -o ConnectTimeout=10" /srv/docker/ pc.example.org:/snap/ 2>> "$LOG"
RSYNC_EXIT=$?
[ $RSYNC_EXIT -eq 23 ] && RSYNC_EXIT=0
if [ $RSYNC_EXIT -eq 0 ]; then
  echo "snapshot taken" | mail -s "PC backup successful" me@example.org
else
  echo "code $RSYNC_EXIT" | mail -s "PC backup failed" me@example.org
fi
