#!/bin/sh
wget -q --no-check-certificate https://example.org/list.txt -O /srv/list.txt
