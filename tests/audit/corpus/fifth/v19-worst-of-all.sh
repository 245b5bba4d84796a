#!/bin/bash
worst=0
for dir in a b c; do
  rsync -a "/$dir/" "/copy/$dir/"
  rc=$?
  (( rc > worst )) && worst=$rc
done
if (( worst )); then
  echo "worst code $worst" | mail -s "copies FAILED ($worst)" root
fi
