#!/bin/bash
sshpass -p 'Sommer2024' rsync -a /home/ backup@10.0.0.9:/backup/
