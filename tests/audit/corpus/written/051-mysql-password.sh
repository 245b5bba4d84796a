#!/bin/sh
mysqldump -u root -pGeheim123 shop > /backup/shop.sql
