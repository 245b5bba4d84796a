#!/bin/bash
set -e
dump() {
  pg_dumpall > /backup/all.sql
  gzip -f /backup/all.sql
}
dump && echo fine | mail -s "dump completed" dba@example.org
