#!/bin/sh
MSG="Backup of $(hostname) finished successfully"
tar -czf /backup/home.tgz /home 2> /tmp/tar.err
if [ $? -ne 0 ]; then
  MSG2="Backup of $(hostname) FAILED"
fi
mail -s "$MSG" root < /tmp/tar.err
