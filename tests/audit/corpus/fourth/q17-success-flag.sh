#!/bin/bash
SUCCESS=true
for db in shop wiki; do
  mysqldump "$db" > "/backup/$db.sql" || SUCCESS=false
done
if $SUCCESS; then
  subject="All dumps OK"
else
  subject="Dumps FAILED"
fi
echo "see /backup" | mail -s "$subject" dba@example.org
