#!/bin/bash
set -euo pipefail
finish() {
  rc=$?
  if [ $rc -ne 0 ]; then
    echo "see the log" | mail -s "archive run failed ($rc)" ops@example.org
  fi
}
trap finish EXIT
tar -czf /backup/a.tgz /srv/a
tar -czf /backup/b.tgz /srv/b
