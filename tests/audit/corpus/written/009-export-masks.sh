#!/bin/bash
export OUT=$(borg create /srv/borg::x /home 2>&1)
if [ $? -eq 0 ]; then
  echo "$OUT" | mail -s "borg OK" root
else
  echo "$OUT" | mail -s "borg FAILED" root
fi
