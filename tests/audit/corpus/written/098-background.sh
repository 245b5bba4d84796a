#!/bin/bash
rsync -a /home /backup &
rsync -a /srv /backup || exit 1
