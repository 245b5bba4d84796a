#!/bin/bash
notify() {
  echo "$2" | mail -s "$1" ops@example.org
}
if rsync -a /srv /backup; then
  logger "srv copied"
else
  notify "srv copy FAILED" "code $?"
fi
