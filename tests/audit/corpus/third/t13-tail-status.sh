#!/bin/bash
borg create /srv/borg::x /home > /tmp/b.log 2>&1
last=$(tail -1 /tmp/b.log)
if [[ "$last" == *"terminating with success"* ]]; then
  echo "$last" | mail -s "borg: success" root
else
  echo "$last" | mail -s "borg: failure" root
fi
