#!/bin/bash
S="Prüfung der Sicherung fehlgeschlagen"
rsync -a /srv/ /copy/ > /tmp/l 2>&1 || mail -s "$S" me@example.org < /tmp/l
