#!/bin/sh
robocopy_log=/var/log/sync.log
rsync -a --stats /srv/ /copy/ > $robocopy_log 2>&1
errors=$(awk '/error/ {n++} END {print n+0}' $robocopy_log)
if [ "$errors" = 0 ]; then
  mail -s "sync finished without errors" root < $robocopy_log
else
  mail -s "sync: $errors errors" root < $robocopy_log
fi
