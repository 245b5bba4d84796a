#!/bin/bash
ssh -o ConnectTimeout=20 web@web.example.org "mysqldump shop | gzip" > /backup/shop.gz
echo "$(ls -l /backup/shop.gz)" | mail -s "Dump of shop completed" root
