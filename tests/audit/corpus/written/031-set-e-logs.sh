#!/bin/bash
set -e
LOGFILE=/var/log/mailstore.log
rsync -a /home/vmail/ /mail-backup
echo "$(date) ends" >> $LOGFILE
