#!/bin/bash
cat > /tmp/m.txt <<EOF
From: host@example.org
To: admin@example.org
Subject: backup FAILED

see the log
EOF
if ! rsync -a /srv/ /copy/; then
  curl --ssl-reqd --url smtps://smtp.example.org:465 -u host@example.org:Fr3itag2025 --mail-from host@example.org --mail-rcpt admin@example.org --upload-file /tmp/m.txt
fi
