#!/bin/sh
MAILTO=logs@example.org
TMP=/tmp/results.$$
/usr/local/bin/backup-all.sh $* > $TMP 2>&1
cat $TMP | mail -s "$(hostname): results of the night" "$MAILTO"
rm -f $TMP
