set -e
echo "dump of the database into the store"
pg_dump -O -Fc shop | aws s3 cp - s3://bucket/shop.dump
