#!/bin/bash
if ! borg create /srv/borg::{now} /etc; then
python3 - <<PY
import smtplib
PY
fi
