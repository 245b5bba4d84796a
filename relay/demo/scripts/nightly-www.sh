#!/bin/sh
# Copy the web site. Mails the log with a neutral subject.
log=$(mktemp)
rsync -av --stats "$SOURCE/www/" "$COPY/www/" >"$log" 2>&1
{ echo "To: root"; echo "Subject: nightly copy of www"; echo; cat "$log"; } | sendmail -t
rm -f "$log"
