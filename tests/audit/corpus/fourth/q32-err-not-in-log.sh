#!/bin/bash
tar -cvf /backup/a.tar /srv > /tmp/tar.log
[ $? -eq 0 ] || mail -s "tar failed" root < /tmp/tar.log
