#!/bin/bash
borg create --stats /srv/borg::'{now}' /home /etc 2>&1 | tee /tmp/borg.log
backup_exit=$?
if [ $backup_exit -eq 0 ]; then
  mail -s "Borg backup completed" root < /tmp/borg.log
else
  mail -s "Borg backup failed with $backup_exit" root < /tmp/borg.log
fi
