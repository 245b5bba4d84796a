#!/bin/bash
run() { "$@" >> /tmp/run.log 2>&1; }
must() {
  run "$@" || { mail -s "FAILED: $1" root < /tmp/run.log; exit 1; }
}
must rsync -a /home/ /copy/home/
must rsync -a /srv/ /copy/srv/
