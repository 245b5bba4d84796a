#!/bin/sh
set -e
mountpoint -q /mnt/photos || { echo "/mnt/photos is not mounted" >&2; exit 1; }
rsync -a --delete-after /mnt/photos/ /backup/photos/
