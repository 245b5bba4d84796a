#!/bin/bash
for vm in /srv/vm/*.qcow2; do
  if ! rsync -a "$vm" /backup/vm/; then
    echo "$vm" | mail -s "VM backup failed: $vm" root
  fi
done
