#!/bin/bash
LOGFILE=/var/log/mailstore.log
echo "$(date) begins" >> $LOGFILE
rsync -a /home/vmail/ /mail-backup >> $LOGFILE 2>&1
echo "$(date) ends" >> $LOGFILE
