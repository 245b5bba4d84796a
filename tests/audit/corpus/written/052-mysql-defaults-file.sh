#!/bin/sh
mysqldump --defaults-extra-file=/root/.my.cnf shop > /backup/shop.sql
