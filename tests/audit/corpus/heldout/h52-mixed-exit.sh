#!/bin/bash
rsync -a /home/ /backup/ > /tmp/log 2>&1
ret=$?
if [[ $ret -eq 0 ]]; then
  exit 0
fi
mail -s "[ALERT] rsync ended with code $ret" root < /tmp/log
exit $ret
