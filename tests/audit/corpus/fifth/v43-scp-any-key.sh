#!/bin/bash
scp -q -oStrictHostKeyChecking=no -oConnectTimeout=9 /backup/x.tgz nas.example.org:/x/ || echo "code $?" >&2
