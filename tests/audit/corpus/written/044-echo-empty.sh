#!/bin/bash
rsync -a /home /backup || echo "" | mail -s "home copy failed" root
