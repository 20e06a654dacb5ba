#!/bin/sh
# Makes the secrets of compose.yaml once, in docker/secrets/: files that are there already are left as they are.
# Back up credentials_keys apart from the database: without it no account's login can be read any more.
set -eu
cd "$(dirname "$0")"
umask 077
mkdir -p secrets
# Containers read these files as another user than the one who makes them: the folder keeps everybody else away.
make() { [ -s "secrets/$1" ] || { cat >"secrets/$1" && chmod 0444 "secrets/$1" && echo "made docker/secrets/$1"; }; }
random() { head -c "$1" /dev/urandom | base64 | tr -d '\n' | tr '+/' '-_'; }
random 48 | tr -d '=' | make database_password
printf 'postgres://hub:%s@database:5432/hub' "$(cat secrets/database_password)" | make database_url
random 64 | make secret_key
random 32 | make credentials_keys
random 32 | tr -d '=' | make metrics_token
