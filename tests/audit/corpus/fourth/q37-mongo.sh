#!/bin/sh
mongodump --uri="mongodb://backup:Geheim77@db.example.org/shop" --out /backup/mongo
