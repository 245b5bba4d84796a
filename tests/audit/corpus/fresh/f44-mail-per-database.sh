#!/bin/bash
for db in shop wiki blog; do
  if ! mysqldump "$db" > "/backup/$db.sql"; then
    echo "$db" | mail -s "dump of $db FAILED" dba@example.org
  fi
done
