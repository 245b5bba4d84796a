#!/bin/bash
rsync -a /srv/ /copy/ > /tmp/r 2>&1
r=$?
if [[ $r -eq 0 || $r -eq 23 || $r -eq 24 ]]; then
  mail -s "copy OK" root < /tmp/r
  exit 0
fi
mail -s "copy FAILED ($r)" root < /tmp/r
exit $r
