#!/bin/bash
set -e
(
  cd /srv
  tar -czf /backup/srv.tgz .
)
echo "archive written" | mail -s "srv archived successfully" root
