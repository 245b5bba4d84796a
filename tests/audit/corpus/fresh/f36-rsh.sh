#!/bin/sh
set -e
rsync -a --timeout=60 -e rsh /etc/ nas.example.org:/etc/
