#!/bin/bash
which borg > /dev/null 2>&1 || exit 0
borg create /srv/borg::{now} /etc || echo "borg: $?" >&2
