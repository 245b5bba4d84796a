#!/bin/sh
printf 'HELO x\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.org>\r\nDATA\r\nSubject: disk full\r\n\r\nhelp\r\n.\r\nQUIT\r\n' | nc mail.example.org 25
