#!/bin/bash
set -e
SRC=/media/usb0
rsync -a --delete "$SRC/" /srv/usb/
