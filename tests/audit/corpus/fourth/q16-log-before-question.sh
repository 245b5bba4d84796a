#!/bin/bash
LOG=/var/log/backup.log
log() { echo "$(date) $1" >> "$LOG"; }
tar -czf /backup/etc.tgz /etc
log "tar has ended"
if [ $? -eq 0 ]; then
  echo "see $LOG" | mail -s "etc archived successfully" root
else
  echo "see $LOG" | mail -s "etc archive failed" root
fi
