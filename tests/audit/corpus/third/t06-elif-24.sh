#!/bin/bash
rsync -a /src/ /dst/
EXIT_CODE=$?
if [ $EXIT_CODE -eq 0 ]; then
  echo "completed" > /dev/null
elif [ $EXIT_CODE -eq 24 ]; then
  logger "files vanished"
else
  echo "code $EXIT_CODE" | mail -s "Backup failed with exit code $EXIT_CODE" root
  exit 1
fi
