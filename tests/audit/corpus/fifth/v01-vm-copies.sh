#!/bin/bash
# The virtual machines, one after the other.
mounted=$(grep -c ' /mnt/nas ' /proc/mounts)
if [ "$mounted" -eq 0 ]; then
  echo "/mnt/nas is not mounted" | mail -s "VM copy FAILED: no NAS" admin@example.org
  exit 1
fi
cp -a /srv/vm/. /mnt/nas/vm/ 2> /tmp/vm.err
rc=$?
if [ $rc -eq 0 ]; then
  echo "copied" | mail -s "VM copy finished" admin@example.org
else
  mail -s "VM copy FAILED ($rc)" admin@example.org < /tmp/vm.err
fi
