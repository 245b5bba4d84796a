#!/bin/sh
rsync -a /a/ /copy/a/
rsync -a /b/ /copy/b/
rsync -a /c/ /copy/c/
RESULT=$?
if test $RESULT -eq 0; then
  echo "a, b and c" | mail -s "copies: all OK" root
else
  echo "code $RESULT" | mail -s "copies: FAILED" root
fi
