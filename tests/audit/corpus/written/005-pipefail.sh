#!/bin/bash
set -o pipefail
rsync -a --stats /data /copy 2>&1 | tee /tmp/rsync.txt > /dev/null
RC=$?
if [ "$RC" -ne 0 ]; then
  mail -s "rsync failed with $RC" ops@example.org < /tmp/rsync.txt
fi
exit $RC
