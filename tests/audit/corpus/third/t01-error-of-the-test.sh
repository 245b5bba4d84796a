#!/bin/bash
LOGFILE=/tmp/ext.log
OPTIONS="--archive --delete --log-file=$LOGFILE"
rsync $OPTIONS /srv/a/ /srv/b/
if (($? > 0)); then
  ERROR=$?
  echo "errors occurred" >> $LOGFILE
fi
if (($ERROR > 0)); then
  mail -s "Sync log: error" admin@example.org < $LOGFILE
fi
