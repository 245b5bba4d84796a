#!/bin/bash
STATUS="OK"
cat /etc/shares | while read -r share; do
  rsync -a "/srv/$share/" "/copy/$share/" || STATUS="FAILED"
done
echo "shares" | mail -s "copy of the shares: $STATUS" root
