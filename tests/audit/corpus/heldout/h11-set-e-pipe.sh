#!/bin/bash
set -e
pg_dump shop | gzip > /backup/shop.sql.gz
echo "dump of shop" | mail -s "Dump finished successfully" root
