#!/bin/bash
borg create --stats /srv/borg::x /home > /tmp/borg.txt 2>&1
borg prune --keep-daily 7 /srv/borg >> /tmp/borg.txt 2>&1
mail -s "$(hostname): borg backup report" root < /tmp/borg.txt
