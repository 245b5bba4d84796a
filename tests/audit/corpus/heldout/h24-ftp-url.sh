#!/bin/sh
lftp -e "mirror -R /srv/www /www; quit" ftp://backup:geheim99@ftp.example.org/
