#!/bin/bash
smartctl -H /dev/sda | grep -q PASSED || mail -s "disk /dev/sda is dying" root < /dev/null
