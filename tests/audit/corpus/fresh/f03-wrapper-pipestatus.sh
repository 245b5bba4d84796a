#!/bin/bash
LOG=/var/log/xbackup.log
/opt/scripts/xbackup.sh full 2>&1 | tee $LOG
if [ "${PIPESTATUS[0]}" -ne 0 ]; then
  (echo "Subject: ERROR: MySQL backup failed on $(hostname)"; cat $LOG) | /usr/sbin/sendmail -fmysql@db.example.org dba@example.org
else
  (echo "Subject: MySQL backup complete on $(hostname)"; cat $LOG) | /usr/sbin/sendmail -fmysql@db.example.org dba@example.org
fi
