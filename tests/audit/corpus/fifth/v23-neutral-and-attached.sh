#!/bin/bash
mysqldump --all-databases 2> /tmp/dump.err > /backup/all.sql
mutt -s "nightly dump of $(hostname -s)" -a /tmp/dump.err -- dba@example.org < /tmp/dump.err
