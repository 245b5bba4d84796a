#!/bin/sh
lftp -e "set ftp:ssl-force true; mirror -R /srv/www /www; quit" -p 21 ftp.example.org
