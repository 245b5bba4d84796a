#!/bin/sh
set -e
zip -q -P Geheim88 -r /backup/docs.zip /srv/docs
