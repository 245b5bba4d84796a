#!/bin/sh
df -P | while read -r dev size used free pct mount; do
  if [ "${pct%\%}" -gt 90 ]; then
    echo "$mount at $pct" | mail -s "disk nearly full: $mount" root
  fi
done
