#!/bin/bash
zfs send tank/data@today | ssh -o ConnectTimeout=10 nas.example.org zfs receive -F pool/data
if [ $? -eq 0 ]; then
  echo "sent" | mail -s "zfs replication OK" root
else
  echo "not sent" | mail -s "zfs replication FAILED" root
fi
