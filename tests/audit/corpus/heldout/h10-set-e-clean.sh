#!/bin/bash
set -euo pipefail
trap 'echo "failed at line $LINENO" | mail -s "Nightly dump FAILED on $HOSTNAME" root' ERR
pg_dump shop | gzip > /backup/shop.sql.gz
pg_dump wiki | gzip > /backup/wiki.sql.gz
