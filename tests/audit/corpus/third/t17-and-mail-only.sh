#!/bin/sh
rsync -a /srv/ /copy/ >> /var/log/srv.log 2>&1 && echo "fine" | mail -s "srv copied OK" root
