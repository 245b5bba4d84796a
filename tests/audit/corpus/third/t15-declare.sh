#!/bin/bash
main() {
  declare result=$(mysqldump shop > /backup/shop.sql; echo $?)
  if [ "$result" -ne 0 ]; then
    echo "mysqldump: $result" | mail -s "shop dump failed" root
  fi
}
main
