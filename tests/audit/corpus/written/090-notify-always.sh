#!/bin/bash
notify() {
  echo "$2" | mail -s "$1" ops@example.org
}
rsync -a /srv /backup
notify "srv copied successfully" "$(date)"
