#!/bin/bash
status=OK
( rsync -a /home /backup || status=FAILED )
echo "see log" | mail -s "home backup $status" root
