#!/usr/bin/env bash
# kdc.sh PROGRAM ARGUMENT...: runs a program that has a Kerberos realm of its own, BARYON.TEST.
#
# Its KDC listens at 127.0.0.1. There are a user (password: secret), the service amqp/localhost with its key in $KRB5_KTNAME, the same
# service with a key that is out of date in $KDC_FOLDER/stale.keytab, and tickets of the user: $KRB5CCNAME, and
# $KDC_FOLDER/short, which lasts a second. All of it goes when the program ends.
set -euo pipefail
PATH=$PATH:/usr/sbin:/sbin
folder=$(mktemp -d "$PWD/kdc-XXXXXX")
kdc=
finish() {
  [ -z "$kdc" ] || kill "$kdc" 2>/dev/null || true
  wait
  rm -rf "$folder"
}
trap finish EXIT
export KDC_FOLDER=$folder KRB5_CONFIG=$folder/krb5.conf KRB5_KDC_PROFILE=$folder/kdc.conf
export KRB5_KTNAME=$folder/keytab KRB5CCNAME=FILE:$folder/ticket KRB5RCACHEDIR=$folder

configure() { # port
  cat >"$KRB5_CONFIG" <<END
[libdefaults]
  default_realm = BARYON.TEST
  dns_lookup_kdc = false
  dns_lookup_realm = false
  dns_uri_lookup = false
  dns_canonicalize_hostname = false
  rdns = false
  ignore_acceptor_hostname = true
[realms]
  BARYON.TEST = {
    kdc = 127.0.0.1:$1
  }
[domain_realm]
  localhost = BARYON.TEST
  elsewhere = BARYON.TEST
END
  cat >"$KRB5_KDC_PROFILE" <<END
[kdcdefaults]
  kdc_listen = 127.0.0.1:$1
  kdc_tcp_listen = 127.0.0.1:$1
[realms]
  BARYON.TEST = {
    database_name = $folder/principals
    key_stash_file = $folder/stash
    supported_enctypes = aes256-cts-hmac-sha1-96:normal
  }
[logging]
  kdc = FILE:$folder/kdc.log
END
}

# Whether a KDC has begun; not, if it has ended, since the port was somebody else's.
begun() {
  while kill -0 "$kdc" 2>/dev/null; do
    if grep -q 'commencing operation' "$folder/kdc.log" 2>/dev/null; then return 0; fi
    sleep 0.02
  done
  return 1
}

start() {
  local attempt
  for attempt in {1..20}; do
    configure $((20000 + RANDOM % 30000))
    krb5kdc -n >"$folder/output" 2>&1 &
    kdc=$!
    if begun; then return 0; fi
    wait "$kdc" || true
  done
  cat "$folder/output" "$folder/kdc.log"
  return 1
}

configure 88
kdb5_util create -s -r BARYON.TEST -P master >"$folder/output" 2>&1 || { cat "$folder/output"; exit 1; }
kadmin.local >"$folder/output" 2>&1 <<END || { cat "$folder/output"; exit 1; }
add_principal -pw secret user
add_principal -randkey amqp/localhost
ktadd -k $folder/stale.keytab amqp/localhost
ktadd -k $folder/keytab amqp/localhost
END
start
kinit user <<<secret >/dev/null
kinit -c "FILE:$folder/short" -l 1s user <<<secret >/dev/null
"$@"
