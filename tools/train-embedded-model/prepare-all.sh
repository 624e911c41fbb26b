#!/bin/sh
# Draws and packs everything that train.py reads. FOLDER gets the arrays; SETS holds node_modules
# with the pictogram sets, CLIPART the unpacked openclipart-svg. See README.md.
set -eu
FOLDER=${1:?} SETS=${2:?} CLIPART=${3:?} PYTHON=${PYTHON:-python3}
HERE=$(dirname "$0")
mkdir -p "$FOLDER"
pack() { out=$1 side=$2; shift 2; "$PYTHON" "$HERE/prepare.py" "$FOLDER/$out" "$side" -- node "$HERE/render.ts" "$@"; }
# What is tested on is packed at the model's own size, exactly as Gleaner resizes; what is trained
# on is kept larger and shrunk when it is loaded.
for set in twemoji openmoji; do pack "pictograms-$set" 64 pictograms "$SETS" "$set"; done
pack scenes-combination 64 scenes 1200 31 combination
pack scenes-style 64 scenes 1200 32 style
for set in noto noto-v1 fluent-emoji fluent-emoji-flat emojione; do
  pack "pictograms-$set" 96 pictograms "$SETS" "$set"
done
pack clipart 96 clipart "$CLIPART" 5000
pack scenes-train 96 scenes "${SCENES:-40000}" 30 train
