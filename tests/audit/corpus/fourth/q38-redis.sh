#!/bin/sh
redis-cli -a Geheim77 --rdb /backup/redis.rdb
