#!/bin/bash
mysqldump shop > /backup/shop.sql || exit 1
echo "dump" | mail -s "shop: dump OK" dba@example.org
