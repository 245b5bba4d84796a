#!/bin/bash
set -e
grep -q ' /media/usb ' /proc/mounts || { echo "no disk" >&2; exit 1; }
rsync -a --delete /media/usb/docs/ /srv/docs/
