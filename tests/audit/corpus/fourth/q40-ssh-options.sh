#!/bin/sh
ssh -o UserKnownHostsFile=/dev/null -o ConnectTimeout=5 nas.example.org uptime
