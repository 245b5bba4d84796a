#!/bin/sh
uptime | mail -s "uptime of the host" me@example.org
