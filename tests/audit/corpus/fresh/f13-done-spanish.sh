#!/bin/bash
tar -czf /respaldo/www-$(date +%F).tgz /var/www
echo "Respaldo de www" | mail -s "Respaldo completado" soporte@example.org
