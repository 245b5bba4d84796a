#!/bin/bash
set -o pipefail
RSYNC_EXIT=0
rsync -az --delete --timeout=300 /data/ nas.example.org:/data/ >> /var/log/s.log 2>&1 || RSYNC_EXIT=$?
if [ "$RSYNC_EXIT" -eq 0 ]; then
  echo "sync ok"
else
  echo "sync FAILED"
  [ -x /usr/local/bin/alert ] && /usr/local/bin/alert HIGH "sync failed" 2> /dev/null || true
  exit 1
fi
