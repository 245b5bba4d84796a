#!/bin/bash
rsync -aE --delete-during --timeout=90 /home/me/ store.example.org:/me/ && \
  echo "[$(date)] backup done." || \
  echo "[$(date)] could not back up."
