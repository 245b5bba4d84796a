#!/bin/bash
rsync -a /data /backup
case $? in
  0) echo "done" ;;
  1) echo "syntax" >&2; exit 1 ;;
  23) echo "partial transfer" >&2; exit 23 ;;
  *) echo "unknown error" >&2; exit 1 ;;
esac
