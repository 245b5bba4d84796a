#!/bin/sh
if ! mountpoint -q /mnt/backup; then
  exit 0
fi
rsync -a /home/ /mnt/backup/home/
