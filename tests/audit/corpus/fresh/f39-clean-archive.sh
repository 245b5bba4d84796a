#!/bin/bash
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
pg_dumpall > "$tmp/all.sql"
tar -czf "/backup/pg-$(date +%F).tgz" -C "$tmp" .
find /backup -name 'pg-*.tgz' -mtime +14 -delete
