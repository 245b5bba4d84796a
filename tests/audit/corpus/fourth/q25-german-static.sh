#!/bin/bash
borg create /srv/borg::{now} /home > /tmp/b.txt 2>&1
mutt -s "Sicherung abgeschlossen" -- admin@example.org < /tmp/b.txt
