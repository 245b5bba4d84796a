#!/bin/bash
syncoid tank/data pool2/data
NOW=$(date +%FT%T)
echo "syncoid ran at $NOW" | mail -s "$(hostname): backup performed successfully" root
