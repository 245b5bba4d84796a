#!/bin/sh
rsync -a /srv /backup > /tmp/srv.log 2>&1
echo "finished at $(date)" >> /tmp/srv.log
RC=$?
if [ $RC -eq 0 ]; then
  mail -s "srv OK" root < /tmp/srv.log
else
  mail -s "srv FAILED" root < /tmp/srv.log
fi
