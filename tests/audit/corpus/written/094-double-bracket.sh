#!/bin/bash
rclone sync /srv/photos store:photos --log-file /tmp/rc.log
code=$?
if (( code != 0 )); then
  mail -s "rclone ended with $code" root < /tmp/rc.log
fi
