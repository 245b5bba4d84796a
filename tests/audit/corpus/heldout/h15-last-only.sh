#!/bin/bash
rsync -a /home/ /backup/home/
rsync -a /etc/ /backup/etc/
rsync -a /srv/ /backup/srv/
if [ $? -eq 0 ]; then
  echo "$(date) ok" | mail -s "All backups OK" admin@example.org
else
  echo "$(date) failed" | mail -s "Backup failed" admin@example.org
fi
