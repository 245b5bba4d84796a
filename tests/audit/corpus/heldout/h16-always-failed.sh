#!/bin/sh
proxmox-backup-client backup root.pxar:/ --repository pbs@pbs@pbs.example.org:store
rc=$?
if [ $rc -ge 0 ]; then
  echo "rc=$rc" | mail -s "PBS backup failed rc=$rc" root
fi
