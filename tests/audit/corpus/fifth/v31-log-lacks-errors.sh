#!/bin/bash
pg_dumpall -f /backup/all.sql > /tmp/pg.log || mail -s "pg_dumpall failed" dba@example.org < /tmp/pg.log
