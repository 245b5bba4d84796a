#!/bin/sh
rsync -a /home /backup > /tmp/rsync.log 2>&1
mail -s "Backup OK" root < /tmp/rsync.log
