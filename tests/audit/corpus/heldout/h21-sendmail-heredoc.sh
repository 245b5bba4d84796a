#!/bin/sh
tar -cf /backup/www.tar /var/www 2>/tmp/tar.err
/usr/sbin/sendmail -t <<EOF
From: root@localhost
To: admin@example.org
Subject: Backup OK

$(cat /tmp/tar.err)
EOF
