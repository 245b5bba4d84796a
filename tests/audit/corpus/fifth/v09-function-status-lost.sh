#!/bin/bash
dump() {
  mysqldump shop > /backup/shop.sql
  echo "dump of shop at $(date)" >> /var/log/dump.log
}
dump
if [ $? -eq 0 ]; then
  echo "dump" | mail -s "shop: dump OK" dba@example.org
else
  echo "dump" | mail -s "shop: dump FAILED" dba@example.org
fi
