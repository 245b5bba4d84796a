#!/bin/bash
SUBJECT="Backup of $(hostname -s) OK"
TO=admin@example.org
tar czf /backup/home-$(date +%F).tgz /home
echo "see attached" | mailx -s "$SUBJECT" $TO
