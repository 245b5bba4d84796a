#!/bin/sh
set -e
rsync -a --timeout=60 nas.example.org::media/ /srv/media/
