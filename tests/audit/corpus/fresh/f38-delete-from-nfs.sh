#!/bin/sh
set -e
SRC=/mnt/nfs/projects/
rsync -a --delete $SRC /backup/projects/
