#!/bin/bash
{
  echo "HELO nas"; echo "MAIL FROM:<nas@example.org>"; echo "RCPT TO:<me@example.org>"; echo DATA
  echo "From: nas@example.org"; echo "Subject: disk full"; echo; echo "help"; echo "."; echo QUIT
} | nc 127.0.0.1 25
