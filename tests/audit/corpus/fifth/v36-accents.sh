#!/bin/sh
tar -czf /backup/x.tgz /srv || echo "x" | mail -s "Échec de l'archive" admin@example.org
