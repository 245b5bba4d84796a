#!/bin/bash
# The outcome is in the text, the subject never changes.
tar -cf /dev/st0 /www /home 2>/dev/null
[ $? -eq 0 ] && status="Success!" || status="Failed!!!"
mail -s "Backup status" admin@example.org <<EOT
Hostname: $(hostname)
Status: $status
EOT
