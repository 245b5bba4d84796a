#!/bin/bash
mysqldump shop > /backup/shop.sql && gzip -f /backup/shop.sql && scp -o ConnectTimeout=20 /backup/shop.sql.gz nas.example.org:/dumps/ && echo "dump and copy" | mail -s "shop: dump and copy OK" dba@example.org
