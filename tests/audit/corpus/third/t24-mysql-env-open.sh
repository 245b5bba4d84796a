#!/bin/bash
export MYSQL_PWD=Geheim2025
mysqldump shop > /backup/shop.sql || { echo "code $?" | mail -s "dump failed" root; exit 1; }
