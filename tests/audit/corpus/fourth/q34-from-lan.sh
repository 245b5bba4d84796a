#!/bin/bash
rsync -a /srv/ /copy/ > /tmp/l 2>&1 || mail -r "nas <root@nas.lan>" -s "copy failed" me@example.org < /tmp/l
