#!/bin/bash
LOG=/var/log/backup.log
log() { echo "$(date) $1" | tee -a "$LOG"; }
log "begins"
tar -czf /backup/etc.tgz /etc
if [ $? -eq 0 ]; then
  log "etc archived"
else
  log "etc archive failed"
  echo "see $LOG" | mail -s "etc archive failed" root
fi
