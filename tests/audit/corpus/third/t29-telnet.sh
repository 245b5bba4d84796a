#!/bin/sh
(sleep 1; echo reboot) | telnet switch.example.org
