#!/bin/sh
rsync -a --timeout=300 rsync://mirror.example.org/debian/ /srv/mirror/
