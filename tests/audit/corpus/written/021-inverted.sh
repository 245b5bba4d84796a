#!/bin/sh
tar -cf /backup/home.tar /home
if [ $? -eq 0 ]; then
  echo "tar" | mail -s "Backup failed" root
fi
