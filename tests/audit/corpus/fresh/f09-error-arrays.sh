#!/bin/bash
declare -a good bad
for share in photos music docs; do
  if rsync -a "/volume1/$share/" "/volumeUSB1/$share/" >> /tmp/usb.log 2>&1; then
    good+=("$share")
  else
    bad+=("$share")
  fi
done
if [ ${#bad[@]} -eq 0 ]; then
  subject="USB copy successful"
else
  subject="USB copy FAILED: ${bad[*]}"
fi
mail -s "$subject" admin@example.org < /tmp/usb.log
