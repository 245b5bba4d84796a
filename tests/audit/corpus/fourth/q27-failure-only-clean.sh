#!/bin/bash
set -euo pipefail
notify() { echo "$1" | mail -s "FAILED: $1" root; }
pg_dumpall > /backup/all.sql || { notify "pg_dumpall"; exit 1; }
gzip -f /backup/all.sql || { notify "gzip"; exit 1; }
