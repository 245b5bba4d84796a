#!/bin/bash
PGPASSWORD=Geheim88 pg_dump shop > /backup/shop.sql || { echo "code $?" | mail -s "dump failed" root; exit 1; }
