#!/bin/bash
borg create --stats /srv/borg::'{now}' /home /etc 2>&1 | tee /tmp/borg.log
if [ "${PIPESTATUS[0]}" -ne 0 ]; then
  mail -s "Borg backup failed" root < /tmp/borg.log
fi
