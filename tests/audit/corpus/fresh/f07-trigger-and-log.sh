#!/bin/sh
JOBLOG=/var/log/copy
echo "job begins $(date)" >> "$JOBLOG"
[ -x /root/bin/rsync_backup.sh ] && /root/bin/rsync_backup.sh >> "$JOBLOG" 2>&1
echo "job ends $(date)" >> "$JOBLOG"
