#!/bin/bash
tar -czf /backup/www.tgz /var/www
rc=$?
if [ $rc -ne 0 ]; then
mail -s "www archive FAILED" root <<END
tar ended with $rc
END
fi
