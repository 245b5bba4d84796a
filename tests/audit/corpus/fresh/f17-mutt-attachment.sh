#!/bin/bash
restic -r sftp:store@nas.example.org:/restic backup /home > /tmp/r.txt 2>&1
if [ "$?" != "0" ]; then
  echo "the log is attached" | mutt -s "restic failed" -a /tmp/r.txt -- me@example.org
fi
