#!/bin/bash
set -e
dump() {
  pg_dumpall > /backup/all.sql || return
  gzip -f /backup/all.sql
}
if ! dump; then
  echo "see the journal" | mail -s "dump failed" dba@example.org
  exit 1
fi
