#!/bin/bash
if ! duplicity /home file:///backup/home > /tmp/d.log 2>&1; then
  tail -n 20 /tmp/d.log | mail -s "duplicity failed" root
fi
