#!/bin/bash
cp -a /srv/www/. /backup/www/ 2> /tmp/cp.err
if grep -q . /tmp/cp.err; then
  mail -s "www copy: problems" root < /tmp/cp.err
else
  echo "clean" | mail -s "www copy: no problems" root
fi
