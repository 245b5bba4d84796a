#!/bin/sh
LOG=/var/log/mysqlbackup.log
mysqldump --all-databases > /backup/all.sql 2> $LOG
if grep -qi error $LOG; then
  mail -s "MySQL dump FAILED" dba@example.org < $LOG
else
  mail -s "MySQL dump OK" dba@example.org < $LOG
fi
