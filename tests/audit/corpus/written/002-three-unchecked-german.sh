#!/bin/bash
LOG=/var/log/sicherung.log
rsync -a /etc /mnt/sicherung >> $LOG 2>&1
rsync -a /home /mnt/sicherung >> $LOG 2>&1
rsync -a /srv /mnt/sicherung >> $LOG 2>&1
mail -s "Backup erfolgreich" admin@example.org < $LOG
