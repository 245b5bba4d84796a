#!/bin/bash
set -e
trap 'echo "error in line $LINENO" | mail -s "archive FAILED" root' ERR
{
  echo "begins"
  tar -czf /backup/data.tgz /data/
  rsync -a --timeout=60 /backup/data.tgz remote.example.org:/backups/
} >> /var/log/a.log 2>&1
echo "archived and copied" | mail -s "archive completed" root
