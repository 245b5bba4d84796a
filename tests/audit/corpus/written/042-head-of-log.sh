#!/bin/bash
if ! rsync -a /home /backup > /tmp/x.log 2>&1; then
  head -c 500 /tmp/x.log | mail -s "home copy failed" root
fi
