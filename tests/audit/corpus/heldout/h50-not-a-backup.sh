#!/bin/sh
# Greets whoever logs in.
name=$(whoami)
if [ "$name" = root ]; then
    echo "be careful"
fi
echo "welcome, $name"
