#!/bin/bash
OUTPUT=$(
  set -e
  pg_dump --format=custom shop > /backup/db.dump
  gzip -f /backup/db.dump
)
if [ $? -ne 0 ]; then
  echo "$OUTPUT" | mail -s "shop dump FAILED" root
fi
