#!/bin/bash
rsync -a /a/ /copy/a/ &
rsync -a /b/ /copy/b/ &
wait
