#!/bin/bash
getent passwd | while IFS=: read -r user rest; do
  echo "your quota" | mail -s "quota of $user" "$user"
done
