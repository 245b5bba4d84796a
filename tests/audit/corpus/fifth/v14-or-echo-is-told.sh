#!/bin/bash
rsync -a /srv/ /copy/ || echo "rsync failed with $?" >&2
