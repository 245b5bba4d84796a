#!/bin/sh
ncftpput -u backup -p Geheim88 ftp.example.org /x /backup/x.tgz || echo "code $?" >&2
