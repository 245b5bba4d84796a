#!/bin/sh
admin=admin@example.org
cd /tmp || exit 1
tar -czf etc.tgz /etc
scp etc.tgz store@nas.example.org:/srv/etc/
rm -f etc.tgz
if [ $? -eq 0 ]; then
  echo Success | mail -s "Backup of /etc was successful!" $admin
else
  echo Failure | mail -s "Backup of /etc has failed!" $admin
fi
