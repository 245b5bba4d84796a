#!/bin/bash
cmd="rsync -a /home /backup"
if ! eval "$cmd"; then
  echo "$cmd" | mail -s "failed: $cmd" root
fi
