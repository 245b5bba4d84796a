#!/bin/sh
echo "Subject: nothing"
exit 0
