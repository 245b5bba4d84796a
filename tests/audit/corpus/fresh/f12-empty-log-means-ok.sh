#!/bin/sh
rsync -a /srv/ /copy/ 2> /tmp/errors.txt
if [ -s /tmp/errors.txt ]; then
  mail -s "rsync errors" root < /tmp/errors.txt
else
  echo "nothing in the error file" | mail -s "rsync ran without errors" root
fi
