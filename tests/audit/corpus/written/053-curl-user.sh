#!/bin/sh
curl -s -u backup:Winter2025 -T /backup/etc.tgz sftp://store.example.org/etc/
