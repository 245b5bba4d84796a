#!/bin/bash
restic -r /srv/restic backup /etc 2>&1 | ts '%F %T' >> /var/log/restic.log
if [ $? -ne 0 ]; then
  mail -s "restic FAILED" root < /var/log/restic.log
fi
