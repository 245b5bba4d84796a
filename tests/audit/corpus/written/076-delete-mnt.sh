#!/bin/sh
set -e
rsync -a --delete-after /mnt/photos/ /backup/photos/
