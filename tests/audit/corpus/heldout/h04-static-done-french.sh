#!/bin/sh
# sauvegarde de nuit
rsync -a --delete /home/ backup@nas.example.org:/volume1/home/ > /var/log/sauvegarde.log
mail -s "Sauvegarde effectuée sur $(hostname)" root@example.org < /var/log/sauvegarde.log
