#!/bin/sh
borg create /srv/borg::x /home > /tmp/borg.log 2>&1
case $? in
  0) exit 0 ;;
  1) s="borg: warnings" ;;
  *) s="borg: FAILED" ;;
esac
mail -s "$s" root < /tmp/borg.log
