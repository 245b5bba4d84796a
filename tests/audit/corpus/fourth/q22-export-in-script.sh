#!/bin/bash
export STAMP=$(date +%F)
export RESULT=$(duplicity /home file:///backup/home 2>&1)
if [ $? -eq 0 ]; then
  echo "$RESULT" | mail -s "duplicity $STAMP OK" root
else
  echo "$RESULT" | mail -s "duplicity $STAMP FAILED" root
fi
