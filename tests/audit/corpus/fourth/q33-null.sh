#!/bin/bash
restic -r /srv/restic backup /home > /dev/null 2>&1 || echo "restic: $?" | mail -s "restic failed" root
