#!/bin/bash
RSYNC="/usr/bin/rsync -a"
$RSYNC /home /backup > /tmp/l 2>&1
mail -s "home: done" root < /tmp/l
