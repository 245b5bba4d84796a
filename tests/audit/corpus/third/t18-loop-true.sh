#!/bin/bash
while true; do
  rsync -a /var/spool/in/ /srv/in/ || echo "code $?" | mail -s "spool copy failed" root
  sleep 60
done
