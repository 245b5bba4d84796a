#!/bin/bash
set -eu
set -o pipefail
exec 9> /run/lock/pull
flock -n 9 || {
  >&2 echo "the lock is held"
  exit 1
}
epilogue() {
  rc=$?
  if [ $rc -ne 0 ]; then
    echo "rc=$rc" | mail -s "pull of web: FAILED" ops@example.org
  fi
}
trap epilogue EXIT
rsync -a --timeout=600 web.example.org:/srv/ /backup/web/
