#!/bin/bash
dump() {
  mysqldump shop > /backup/shop.sql
  local rc=$?
  echo "dump of shop ended with $rc" >> /var/log/dump.log
  return $rc
}
if ! dump; then
  echo "dump" | mail -s "shop: dump FAILED" dba@example.org
fi
