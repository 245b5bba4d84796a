#!/bin/bash
rclone copy /srv/docs remote:docs >> /tmp/docs.log 2>&1
if [ $? -eq 0 ]; then
  sendEmail -f nas@example.org -t me@example.org -u "docs copied: OK" -m "fine" -s smtp.example.org:587 -o tls=yes -xu nas@example.org -xp Geheim987
else
  sendEmail -f nas@example.org -t me@example.org -u "docs copy FAILED" -o message-file=/tmp/docs.log -s smtp.example.org:587 -o tls=yes -xu nas@example.org -xp Geheim987
fi
