#!/bin/bash
RESTIC_PASSWORD='Geheim88'
export RESTIC_PASSWORD
restic -r /srv/restic backup /etc || { echo "code $?" | mail -s "restic failed" root; exit 1; }
