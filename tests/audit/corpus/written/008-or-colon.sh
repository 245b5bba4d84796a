#!/bin/sh
rsync -a /var/www /backup >> /var/log/www.log 2>&1 || :
