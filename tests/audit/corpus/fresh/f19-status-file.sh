#!/bin/sh
rsync -a /srv/ /copy/ > /tmp/copy.log 2>&1
echo $? > /tmp/copy.status
if [ "$(cat /tmp/copy.status)" -ne 0 ]; then
  mail -s "copy FAILED" root < /tmp/copy.log
fi
