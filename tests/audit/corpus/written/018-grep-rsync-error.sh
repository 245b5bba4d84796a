#!/bin/sh
rsync -a /data /copy > /tmp/copy.log 2>&1
if grep -q "rsync error" /tmp/copy.log; then
  SUBJECT="copy FAILED"
else
  SUBJECT="copy OK"
fi
mail -s "$SUBJECT" root < /tmp/copy.log
