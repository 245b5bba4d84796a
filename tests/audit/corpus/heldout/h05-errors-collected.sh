#!/bin/bash
ERRORS=""
for dir in /etc /home /srv; do
  if ! rsync -a --timeout=600 "$dir/" "backup@nas.example.org:/data$dir/" 2>> /tmp/err.txt; then
    ERRORS="$ERRORS $dir"
  fi
done
if [ -n "$ERRORS" ]; then
  mail -s "Backup FAILED:$ERRORS" root < /tmp/err.txt
fi
