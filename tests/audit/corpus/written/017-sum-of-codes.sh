#!/bin/bash
rc=0
rsync -a /home /backup; rc=$((rc + $?))
rsync -a /etc /backup; rc=$((rc + $?))
[ $rc -eq 0 ] || echo "sum of codes: $rc" | mail -s "Backup error" root
