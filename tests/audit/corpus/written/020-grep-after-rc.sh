#!/bin/sh
rsync -a /data /copy > /tmp/copy.log 2>&1
rc=$?
if [ $rc -ne 0 ] || grep -q "cannot delete" /tmp/copy.log; then
  mail -s "copy FAILED ($rc)" root < /tmp/copy.log
fi
