#!/bin/sh
pg_dump -Fc wiki > /backup/wiki.dump
swaks --to dba@example.org --from db@example.org --server mail.example.org --tls --h-Subject "wiki dumped successfully" --body "see /backup"
