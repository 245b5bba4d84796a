#!/bin/bash
set -e
trap 'echo "exit $?" | mail -s "nightly ended with an error" root' ERR
nightly() {
  tar -czf /backup/etc.tgz /etc
  find /backup -mtime +9 -delete
}
nightly
