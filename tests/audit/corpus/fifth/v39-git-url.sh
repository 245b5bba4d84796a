#!/bin/sh
git clone --mirror https://bot:Geheim88@git.example.org/app.git /backup/app.git
