#!/bin/sh
# Install the Debian packages that the suite wants, where we may; say so first. Without them the
# rest runs, and pytest lists by name what was skipped and how to get it.
set -eu

wanted="rsync cron postfix msmtp swaks opendkim opendkim-tools libmail-dkim-perl openssl knot patch"
# Their reports are read as they really are.
wanted="$wanted rsnapshot borgbackup restic rclone duplicity gnupg rdiff-backup smartmontools"
wanted="$wanted mariadb-client postgresql-client sqlite3"
# What kills, traces and judges it.
wanted="$wanted strace spamassassin"
# The pages as people see them.
wanted="$wanted chromium fonts-roboto-unhinted"
# Rules for alerts are checked by what obeys them.
wanted="$wanted prometheus"

command -v dpkg-query >/dev/null 2>&1 || exit 0
missing=""
for package in $wanted; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' ||
        missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ]; then
    as_root=""
elif sudo -n true 2>/dev/null; then
    as_root="sudo"
else
    echo "note: tests that need these Debian packages will be skipped:$missing"
    echo "      to run them: sudo apt-get install$missing"
    exit 0
fi

echo "installing Debian packages for the tests (nothing is removed for them):$missing"
# A package's own daemon is not wanted: the tests start what they need, on loopback.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' | $as_root tee "$policy" >/dev/null
    $as_root chmod +x "$policy"
    trap '$as_root rm -f "$policy"' EXIT
fi
$as_root apt-get update -qq || true
# shellcheck disable=SC2086  # the list is split on purpose
$as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends --no-remove $missing >/dev/null ||
    echo "warning: apt-get failed; tests that need those packages will be skipped"
