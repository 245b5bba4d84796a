#!/bin/ksh
run() {
  typeset out=$(rsync -a /srv/ /copy/ 2>&1)
  if [ $? -ne 0 ]; then
    echo "$out" | mail -s "copy failed" root
  else
    echo "$out" | mail -s "copy OK" root
  fi
}
run
