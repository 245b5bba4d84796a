#!/bin/bash
if ! rsync -a /home /backup > /tmp/l 2>&1; then
  curl -s -X POST -d "text=home copy failed" https://hooks.example.org/services/x
fi
