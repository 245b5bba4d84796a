#!/bin/bash
if pg_dump shop | gzip -c > /backup/shop.gz; then
  echo "shop dumped" | mail -s "shop: dump SUCCESS" dba@example.org
else
  echo "shop not dumped" | mail -s "shop: dump FAILED" dba@example.org
fi
