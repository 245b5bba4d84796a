#!/bin/bash
mailreport() {
  mail -s "$2" "$1" < "$3"
}
LOG=/tmp/tm.log
rsync -a --stats /Users/ /backup/Users/ > $LOG 2>&1
CODE=$?
if [ $CODE -eq 0 ]; then
  echo "fine" >> $LOG
else
  mailreport admin@example.org "rsync failed with exit code $CODE" $LOG
fi
