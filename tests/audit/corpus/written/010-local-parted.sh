#!/bin/bash
one() {
  local out
  out=$(rsync -a "$1" /backup 2>&1)
  if [ $? -ne 0 ]; then
    echo "$out" | mail -s "copy of $1 failed" root
    return 1
  fi
}
one /etc
