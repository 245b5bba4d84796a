#!/bin/bash
LOG=/var/log/home.log
if rsync -a /home /backup >> $LOG 2>&1; then
  mail -s "home copied successfully" root < $LOG
else
  echo "failed" >> $LOG
fi
