#!/bin/bash
ERR=/tmp/tar.err
tar -czf /backup/etc.tgz /etc 2> $ERR
if [ $(wc -l < $ERR) -gt 0 ]; then
  mail -s "tar had errors" root < $ERR
else
  echo "no errors" | mail -s "tar successful" root
fi
