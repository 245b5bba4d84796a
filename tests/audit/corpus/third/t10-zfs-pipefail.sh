#!/bin/bash
set -o pipefail
if ! zfs send tank/data@today | ssh -o ConnectTimeout=10 nas.example.org zfs receive -F pool/data; then
  echo "not sent" | mail -s "zfs replication FAILED" root
  exit 1
fi
