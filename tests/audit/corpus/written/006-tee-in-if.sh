#!/bin/bash
if restic -r /srv/repo backup /home 2>&1 | tee /tmp/restic.log; then
  mail -s "restic successful" me@example.org < /tmp/restic.log
else
  mail -s "restic failed" me@example.org < /tmp/restic.log
fi
