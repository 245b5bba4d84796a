#!/bin/sh
rsync -a /srv /backup > /tmp/srv.log 2>&1
RC=$?
echo "finished at $(date)" >> /tmp/srv.log
if [ $RC -ne 0 ]; then
  mail -s "srv FAILED" root < /tmp/srv.log
fi
exit $RC
