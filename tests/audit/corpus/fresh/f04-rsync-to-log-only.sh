#!/bin/bash
SRC=/opt/files
DST=store.example.org:/backup/files
LOG=/home/oracle/logs/files.log
rsync -az --log-file="$LOG" "$SRC/" "$DST/"
if [ $? -eq 0 ]; then
  echo "files copied" >> "$LOG"
else
  echo "rsync FAILED" | mail -s "ALERT: file backup failed" dba@example.org
fi
