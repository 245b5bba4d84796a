#!/bin/bash
rsync -a /home /backup 2>> /tmp/err
if rsync -a /etc /backup 2>> /tmp/err; then
  echo "copied" | mail -s "Backup completed successfully" root
else
  mail -s "Backup FAILED" root < /tmp/err
fi
