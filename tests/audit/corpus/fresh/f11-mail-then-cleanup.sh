#!/bin/bash
LOG=$(mktemp)
duplicity incr /srv file:///backup/srv &> $LOG
duplicity remove-older-than 3M file:///backup/srv &>> $LOG
if [ $? -eq 0 ]; then
  RESULT="SUCCESS"
else
  RESULT="ERROR"
fi
mail -s "duplicity $RESULT" root < $LOG
rm $LOG
