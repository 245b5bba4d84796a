#!/bin/bash
rsync -a /srv/ /copy/
echo "rsync ended with $?"
if [ $? -ne 0 ]; then
  echo "failed" | mail -s "rsync failed" root
else
  echo "ok" | mail -s "rsync OK" root
fi
