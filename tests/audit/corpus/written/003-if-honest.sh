#!/bin/sh
if rsync -a /home /backup > /tmp/rsync.log 2>&1; then
    mail -s "home: OK" root < /tmp/rsync.log
else
    mail -s "home: FAILED ($?)" root < /tmp/rsync.log
fi
