#!/bin/sh
rsync -a /srv/ /copy/ > /tmp/c.log 2>&1
rc=$?
if [ "$rc" -ne 0 -a "$rc" -ne 23 -a "$rc" -ne 24 ]; then
  mail -s "copy FAILED ($rc)" root < /tmp/c.log
else
  mail -s "copy OK" root < /tmp/c.log
fi
