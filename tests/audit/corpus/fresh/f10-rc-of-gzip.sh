#!/bin/bash
mysqldump --all-databases | gzip -9 > /backup/all.sql.gz
if [ $? -ne 0 ]; then
  echo "dump failed" | mail -s "mysql dump FAILED" dba@example.org
  exit 2
fi
echo "$(du -h /backup/all.sql.gz)" | mail -s "mysql dump OK" dba@example.org
