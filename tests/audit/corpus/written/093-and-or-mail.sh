#!/bin/sh
rsync -a /srv /backup > /tmp/l 2>&1 && mail -s "copy succeeded" root < /tmp/l || mail -s "copy failed" root < /tmp/l
