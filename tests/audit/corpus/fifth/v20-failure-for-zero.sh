#!/bin/bash
borg create /srv/borg::{now} /etc
if [[ $? == 0 ]]; then
  echo "borg" | mail -s "ERROR: borg failed" root
fi
