#!/bin/sh
if ! mountpoint -q /mnt/backup; then
  echo "/mnt/backup is not mounted" >&2
  exit 1
fi
rsync -a /home/ /mnt/backup/home/
