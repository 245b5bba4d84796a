#!/bin/sh
OUT=shop_$(date +%F).tar
PGPASSWORD=${DB_PASSWORD} pg_dump -U app -h db.example.org -F t shop > ./$OUT
if [ "${?}" -eq 0 ]; then
  gzip $OUT && aws s3 cp $OUT.gz s3://bucket && rm $OUT.gz
else
  echo "error while dumping postgres"
  exit 1
fi
