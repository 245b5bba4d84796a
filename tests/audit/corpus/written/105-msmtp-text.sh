#!/bin/sh
OUT=$(rsync -a /home /backup 2>&1)
if [ $? -eq 0 ]; then VERDICT=OK; else VERDICT=FAILED; fi
printf 'To: admin@example.org\nSubject: home %s\n\n%s\n' "$VERDICT" "$OUT" | msmtp admin@example.org
