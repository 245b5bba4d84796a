#!/bin/bash
set -e
backup() {
  rsync -a /srv/ /backup/srv/
  echo "copied at $(date)" >> /var/log/srv.log
}
if backup; then
  echo "all well" | mail -s "srv backup successful" root
else
  echo "see the log" | mail -s "srv backup failed" root
fi
