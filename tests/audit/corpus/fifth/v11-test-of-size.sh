#!/bin/sh
pg_dump shop > /backup/shop.sql
if [ -s /backup/shop.sql ]; then
  echo "dumped" | mail -s "shop dumped successfully" dba@example.org
else
  echo "empty" | mail -s "shop dump FAILED" dba@example.org
fi
