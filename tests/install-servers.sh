#!/usr/bin/env bash
# Installs what the tests need besides Python packages, where that is allowed; what cannot be installed makes its
# tests skip with a reason.
set -u
packages=(
  chromium fonts-noto-cjk                                                # reports
  openssh-server openssh-client busybox strace sudo                      # ssh, windows, signatures
  debsecan rpm createrepo-c                                              # advisories
  slapd ldap-utils samba samba-ad-dc samba-ad-provision winbind krb5-user ldb-tools # directory
  postgresql-15 mariadb-server redis-server                              # databases
  restic borgbackup pgbackrest faketime                                  # backups
  prometheus prometheus-node-exporter prometheus-alertmanager            # monitoring
  zabbix-server-pgsql zabbix-frontend-php php-pgsql php-cli
  orthanc socat                                                          # PACS
  snmpd                                                                  # snmp
  openscap-scanner                                                       # scans
  request-tracker5 rt5-db-sqlite redmine redmine-sqlite sqlite3 puma     # tickets
)
# Debian 12's bundler takes a gem without a folder of its own for deleted, and then redmine cannot be configured
repair_redmine() {
  local folder spec
  for folder in /usr/share/rubygems-integration/* /usr/lib/*/rubygems-integration/*; do
    for spec in "$folder"/specifications/*.gemspec; do
      [ ! -e "$spec" ] || mkdir -p "$folder/gems/$(basename "$spec" .gemspec)"
    done
  done
  dpkg --configure -a >/dev/null
}
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  missing=()
  for package in "${packages[@]}"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  if [ ${#missing[@]} -gt 0 ]; then
    # a fresh image would start daemons on every address; this keeps them from starting
    [ -e /usr/sbin/policy-rc.d ] || { printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d; chmod 755 /usr/sbin/policy-rc.d; }
    export DEBIAN_FRONTEND=noninteractive
    install() { apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=300 "$@" >/dev/null; }
    apt-get update -qq
    # all at once is quicker; one that cannot be had must not cost the others
    install "${missing[@]}" || repair_redmine || for package in "${missing[@]}"; do
      install "$package" || echo "could not install: $package; its tests will be skipped" >&2
    done
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
