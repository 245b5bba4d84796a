#!/bin/bash
{
  echo "From: Backup <backup@nas.local>"
  echo "To: me@example.org"
  echo "Subject: weekly copy finished"
  echo "Content-Type: text/html"
  echo
  echo "<p>done</p>"
} > /tmp/m.html
rsync -a /srv/ /copy/
sendmail -t < /tmp/m.html
