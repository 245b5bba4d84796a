#!/bin/bash
readonly OUT=$(tar -czf /backup/x.tgz /srv 2>&1)
RC=$?
if [ $RC -eq 0 ]; then
  echo "$OUT" | mail -s "x archived OK" root
else
  echo "$OUT" | mail -s "x archive failed" root
fi
