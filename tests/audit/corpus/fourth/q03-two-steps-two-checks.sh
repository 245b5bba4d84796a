#!/bin/bash
pg_dump shop > shop.dump
RESULT=$?
if [ ${RESULT} -ne 0 ]; then
  echo "pg_dump failed, leaving" >&2
  exit 1
fi
aws s3 cp shop.dump s3://bucket
RESULT=$?
if [ ${RESULT} -ne 0 ]; then
  echo "copy failed, leaving" >&2
  exit 1
fi
rm -f shop.dump
