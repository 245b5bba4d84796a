#!/bin/bash
failed=0
rsync -a /home /backup 2>> /tmp/err || failed=1
rsync -a /etc /backup 2>> /tmp/err || failed=1
if [ "$failed" -ne 0 ]; then
  mail -s "Backup FAILED" root < /tmp/err
fi
