#!/bin/bash
rsync -a --stats /data /copy | tail -n 4 | grep -v total > /tmp/short.txt
RC=$?
if [ "$RC" -eq 0 ]; then
  mail -s "rsync done" ops@example.org < /tmp/short.txt
else
  mail -s "rsync failed" ops@example.org < /tmp/short.txt
fi
