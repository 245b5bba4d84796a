#!/bin/sh
ping -c1 -q nas.example.org > /dev/null || exit 0
rsync -a --timeout=60 /srv/ nas.example.org:/srv/ || echo "code $?" >&2
