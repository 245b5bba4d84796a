#!/bin/sh
set -e
mysqldump wiki > /backup/wiki.sql || /bin/true
