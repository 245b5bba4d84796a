#!/bin/sh
# Rotates the pictures of the day.
set -eu
find /srv/pictures -name '*.jpg' -mtime +7 -exec mv {} /srv/old/ \;
ls /srv/old | wc -l
