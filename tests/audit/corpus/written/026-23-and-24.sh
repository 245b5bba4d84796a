#!/bin/bash
rsync -a /data /copy > /tmp/l 2>&1
rc=$?
if [ $rc -eq 0 ] || [ $rc -eq 23 ] || [ $rc -eq 24 ]; then
  mail -s "data: OK" root < /tmp/l
else
  mail -s "data: FAILED $rc" root < /tmp/l
fi
