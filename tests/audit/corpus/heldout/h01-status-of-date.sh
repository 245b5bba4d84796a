#!/bin/bash
# The home folders go to the second disk.
host=$(hostname)
/usr/bin/rsync -a /home/ /backup/home/ > /tmp/home.log 2>&1
finished=$(date +%T)
if [ $? -ne 0 ]; then
    SUBJ="[FAILED] $host: copy of /home"
else
    SUBJ="[OK] $host: copy of /home was SUCCESSFUL at $finished"
fi
mail -s "$SUBJ" admin@example.org < /tmp/home.log
