#!/bin/sh
rsync -a --timeout=300 rsync://localhost:8873/debian/ /srv/mirror/
