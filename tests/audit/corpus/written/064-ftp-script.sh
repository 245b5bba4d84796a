#!/bin/sh
ftp -n ftp.example.org <<EOF
user backup geheim
put /backup/etc.tgz
EOF
