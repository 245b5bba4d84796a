#!/bin/bash
{
  echo "From: nas@example.org"
  echo "To: admin@example.org"
  echo "Subject: disk check"
  echo
  df -h
} > /tmp/mail.txt
curl --silent smtp://mail.example.org:25 --mail-from nas@example.org --mail-rcpt admin@example.org --upload-file /tmp/mail.txt
