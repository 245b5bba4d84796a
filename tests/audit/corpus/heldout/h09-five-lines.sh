#!/bin/bash
report=/var/log/rsync-report.txt
rsync -a --stats /data/ /mirror/ > $report 2>&1
lines=$(wc -l < $report)
if [ "$lines" -eq 5 ]; then
  subject="backup report: no errors"
else
  subject="backup report: errors!"
fi
mutt -s "$subject" admin@example.org < $report
