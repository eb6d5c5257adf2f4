#!/usr/bin/env bash
# Installs what the tests need besides Python packages, where that is allowed; what cannot be installed makes its
# tests skip with a reason.
set -u
packages=(openssh-server chromium fonts-noto-cjk
  prometheus prometheus-node-exporter prometheus-alertmanager
  zabbix-server-pgsql zabbix-frontend-php php-pgsql php-cli)
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  missing=()
  for package in "${packages[@]}"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  if [ ${#missing[@]} -gt 0 ]; then
    # a fresh image would start daemons on every address; this keeps them from starting
    [ -e /usr/sbin/policy-rc.d ] || { printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d; chmod 755 /usr/sbin/policy-rc.d; }
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null ||
      echo "could not install: ${missing[*]}; their tests will be skipped" >&2
  fi
fi
if command -v npm >/dev/null; then
  for folder in tests/acceptance/web tests/acceptance/sarif; do
    [ -f "$folder/package-lock.json" ] || continue
    [ -d "$folder/node_modules" ] || (cd "$folder" && npm ci --silent --no-audit --no-fund) ||
      echo "could not install $folder; its tests will be skipped" >&2
  done
fi
exit 0
