#!/bin/bash
backup_one() {
    local out=$(rsync -a "$1" /backup/ 2>&1)
    if [ $? -ne 0 ]; then
        echo "$out" | mail -s "Backup of $1 failed" root
        return 1
    fi
    echo "$out" | mail -s "Backup of $1 OK" root
}
backup_one /etc
