#!/bin/sh
rsync -a /home /backup > /tmp/l 2>&1 || mail -s "Sicherung für /home fehlgeschlagen" root < /tmp/l
