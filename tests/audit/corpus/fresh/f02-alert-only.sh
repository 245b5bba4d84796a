#!/bin/bash
DB=shop
FILE="/backup/$DB-$(date +%Y%m%d).sql"
mysqldump $DB > $FILE
if [ $? -eq 0 ]; then
  echo "Backup of $DB completed successfully"
else
  SUBJECT="Alert: problem with backup"
  echo -e "Subject: $SUBJECT\n\nError while dumping $DB on $HOSTNAME" | msmtp admin@example.org
fi
