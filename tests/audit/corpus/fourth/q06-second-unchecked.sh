#!/bin/bash
rsync -a /srv/docker/ /snap/docker/ 2>> /var/log/snap.log
RC=$?
rsync -a /srv/compose.yml /snap/ 2>> /var/log/snap.log
if [ $RC -eq 0 ]; then
  echo "snapshot taken" | mail -s "snapshot successful" me@example.org
else
  echo "code $RC" | mail -s "snapshot failed" me@example.org
fi
