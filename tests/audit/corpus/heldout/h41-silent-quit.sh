#!/bin/bash
[ -d /backup/current ] || exit 0
rsync -a /home/ /backup/current/ || echo "rsync ended with $?" >&2
