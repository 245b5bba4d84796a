#!/bin/bash
for f in /srv/inbox/*; do
  echo "$f" | mail -s "new file in the inbox" desk@example.org
done
