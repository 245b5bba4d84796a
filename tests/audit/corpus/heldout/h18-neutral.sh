#!/bin/sh
rclone sync /srv/photos remote:photos > /tmp/rclone.txt 2>&1
mail -s "rclone report for $(hostname)" me@example.org < /tmp/rclone.txt
