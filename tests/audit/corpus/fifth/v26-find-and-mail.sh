#!/bin/bash
find /srv/upload -name '*.pdf' -mmin -60 | while read -r file; do
  mail -s "new upload" -A "$file" office@example.org < "$file"
done
