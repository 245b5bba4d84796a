#!/bin/bash
list=""
for f in /srv/inbox/*; do
  list="$list $f"
done
if [ -n "$list" ]; then
  echo "$list" | mail -s "new files in the inbox" desk@example.org
fi
