#!/bin/sh
smbclient //nas/share -U backup%Geheim88 -c 'put /backup/docs.zip docs.zip'
