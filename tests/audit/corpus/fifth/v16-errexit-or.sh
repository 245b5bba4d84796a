#!/bin/bash
set -e
nightly() {
  tar -czf /backup/etc.tgz /etc
  find /backup -mtime +9 -delete
}
nightly || { echo "see the journal" | mail -s "nightly FAILED" root; exit 1; }
echo "all done" | mail -s "nightly completed" root
