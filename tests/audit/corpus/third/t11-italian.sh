#!/bin/bash
rsync -a /dati/ /copia/ > /tmp/esito.txt 2>&1
cat /tmp/esito.txt | mail -s "Backup completato con successo" ufficio@example.org
