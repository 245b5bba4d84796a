#!/bin/bash
rsync -a /data /copy > /tmp/l 2>&1
rc=$?
[ $rc -eq 24 ] && rc=0
if [ $rc -ne 0 ]; then
  mail -s "data: FAILED $rc" root < /tmp/l
fi
