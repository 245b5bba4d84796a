#!/bin/bash
DB_PASSWORD="hunter2hunter2"
set -e
mysqldump shop > /backup/shop.sql
