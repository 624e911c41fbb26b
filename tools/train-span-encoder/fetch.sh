#!/bin/sh
# Fetches the texts (Debian 12, npm) and unpacks them under FOLDER. Nothing is installed.
#   ./fetch.sh FOLDER
set -eu
FOLDER=${1:?}
mkdir -p "$FOLDER/debs" "$FOLDER/unpacked"
cd "$FOLDER/debs"
apt-get download wordnet-base r-cran-janeaustenr r-cran-tokenizers dict-devil dict-jargon \
  openclipart-svg postgresql-doc-15 python3.11-doc rust-doc sqlite3-doc golang-1.19-src \
  golang-github-klauspost-compress-dev
for deb in *.deb; do dpkg-deb -x "$deb" ../unpacked; done
cd ..
tar -xzf "$(npm pack --silent unicode-emoji-json@0.8.0)"
