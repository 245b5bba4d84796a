#!/bin/bash
rsync -a /home/ /copy/home/ > /tmp/h.log 2>&1 || mail -s "home copy FAILED" root < /tmp/h.log
rsync -a /srv/ /copy/srv/ > /tmp/s.log 2>&1 || mail -s "srv copy FAILED" root < /tmp/s.log
