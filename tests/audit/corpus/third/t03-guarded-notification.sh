#!/bin/bash
set -euo pipefail
TO="${BACKUP_EMAIL:-}"
tell() {
  if [ -n "$TO" ] && command -v mail > /dev/null; then
    echo "$2" | mail -s "$1" "$TO"
  fi
}
if pg_dump shop > /backup/shop.sql; then
  tell "shop backup successful" "$(date)"
else
  tell "shop backup FAILED" "$(date)"
  exit 1
fi
