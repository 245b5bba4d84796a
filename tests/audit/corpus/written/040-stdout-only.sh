#!/bin/bash
rsync -a /home /backup > /tmp/out.log
rc=$?
if [ $rc -ne 0 ]; then
  mail -s "home copy failed: $rc" root < /tmp/out.log
fi
