#!/bin/sh
# The destination was a folder once; somebody replaced it by a file.
{
    echo "To: root"
    echo "Subject: databases copied"
    echo
    rsync -a "$SOURCE/db/one.dump" "$SOURCE/db/two.dump" "$COPY/databases" 2>&1
} | sendmail -t
