#!/bin/bash
restic -r /srv/restic backup /home > /tmp/r.txt 2>&1
mail -s "restic $(date +%F)" admin@example.org < /tmp/r.txt
