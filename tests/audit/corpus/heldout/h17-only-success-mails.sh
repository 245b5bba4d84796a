#!/bin/bash
LOG=/var/log/pull.log
rsync -a --timeout=300 web@web.example.org:/var/www/ /backup/www/ >> $LOG 2>&1
if [ $? -eq 0 ]; then
  mail -s "Pull of www OK" root < $LOG
else
  echo "$(date) pull failed" >> $LOG
fi
