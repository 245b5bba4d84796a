#!/bin/sh
set -e
pg_dump postgresql://app:s3cretpw@db.example.org/shop > /backup/shop.sql
