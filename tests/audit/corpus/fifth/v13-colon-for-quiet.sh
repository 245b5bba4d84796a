#!/bin/bash
set -eu
rsync -a /srv/ /copy/ >> /var/log/copy.log 2>&1 || :
echo "copied" | mail -s "srv copied successfully" root
