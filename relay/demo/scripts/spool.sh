#!/bin/sh
# Copy a mail spool in which files come and go while rsync runs.
log=$(mktemp)
(sleep 1; rm -f "$SOURCE"/spool/new/*) &
rsync -a --bwlimit=800 "$SOURCE/spool/" "$COPY/spool/" >"$log" 2>&1
status=$?
wait
{ echo "To: root"; echo "Subject: spool backup: rsync ended with $status"; echo; cat "$log"; } | sendmail -t
rm -f "$log"
