#!/bin/bash
FILE=/backup/etc.tgz
tar -czf $FILE /etc
if [ -f $FILE ]; then
  echo "$FILE" | mail -s "etc backup OK" root
else
  echo "no file" | mail -s "etc backup FAILED" root
fi
