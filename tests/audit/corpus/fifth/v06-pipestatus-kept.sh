#!/bin/bash
restic -r /srv/restic backup /etc 2>&1 | ts '%F %T' >> /var/log/restic.log
rc=${PIPESTATUS[0]}
if [ "$rc" != 0 ]; then
  mail -s "restic FAILED with $rc" root < /var/log/restic.log
fi
