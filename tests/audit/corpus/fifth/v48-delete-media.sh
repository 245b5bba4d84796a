#!/bin/bash
set -e
rsync -a --delete --exclude=.Trash /media/camera/DCIM/ /srv/photos/
