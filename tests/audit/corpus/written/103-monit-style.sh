#!/bin/bash
used=$(df --output=pcent / | tail -1 | tr -dc 0-9)
if [ "$used" -gt 90 ]; then
  echo "/ is at $used %" | mail -s "ALERT: / is nearly full" root
fi
