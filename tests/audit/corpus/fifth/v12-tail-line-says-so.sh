#!/bin/bash
duplicity /srv file:///backup/srv > /tmp/d.log
if tail -n 1 /tmp/d.log | grep -q "Errors 0"; then
  result="successful"
else
  result="failed"
fi
mail -s "duplicity $result" root < /tmp/d.log
