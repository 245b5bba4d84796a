#!/bin/bash
{
  echo "From: nas@example.org"
  echo "To: admin@example.org"
  echo "Subject: disk check"
  echo "Date: $(date -R)"
  echo "Message-ID: <$(date +%s).$$@nas.example.org>"
  echo
  df -h
} > /tmp/mail.txt
curl --silent --ssl-reqd smtp://mail.example.org:587 --mail-from nas@example.org --mail-rcpt admin@example.org --upload-file /tmp/mail.txt
