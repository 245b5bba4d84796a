#!/bin/bash
{
  echo "From: Cron <root@localhost.localdomain>"
  echo "To: admin@example.org"
  echo "Subject: disk check failed"
  echo ""
  cat /tmp/disk.txt
} | /usr/sbin/sendmail -t
