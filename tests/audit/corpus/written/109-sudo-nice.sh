#!/bin/sh
sudo nice -n 19 ionice -c3 rsync -a /srv /backup
[ $? -eq 0 ] || { echo "code not 0" | mail -s "srv copy failed" root; exit 1; }
