#!/bin/bash
if rsync -a /srv/ /copy/ > /tmp/r.log 2>&1; then
  logger "sync completed"
else
  RC=$?
  msg="sync failed (rsync exit $RC)"
  tail -n 20 /tmp/r.log | mail -s "$msg" root
  exit $RC
fi
