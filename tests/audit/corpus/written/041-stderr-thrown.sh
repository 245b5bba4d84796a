#!/bin/bash
if ! rsync -a /home /backup 2> /dev/null; then
  echo "rsync" | mail -s "home copy failed" root
fi
