#!/bin/bash
printf 'EHLO x\nMAIL FROM:<a@example.org>\nRCPT TO:<b@example.org>\nDATA\nSubject: raid degraded\nDate: %s\nMessage-ID: <%s@example.org>\n\nsee /proc/mdstat\n.\nQUIT\n' "$(date -R)" "$$" | openssl s_client -quiet -starttls smtp -connect mail.example.org:587
