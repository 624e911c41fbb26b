#!/bin/sh
# Makes resources/models/gleaner-demo-encoder again, from the packages to the card. See README.md.
#   PYTHON=/tmp/venv/bin/python ./make-all.sh FOLDER
set -eu
FOLDER=${1:?} PYTHON=${PYTHON:-python3}
mkdir -p "$FOLDER"
FOLDER=$(cd "$FOLDER" && pwd)
cd "$(dirname "$0")"
MODEL=../../resources/models/gleaner-demo-encoder
./fetch.sh "$FOLDER"
"$PYTHON" corpus.py "$FOLDER" "$FOLDER/corpus"
node describe.ts 60000 11 >"$FOLDER/corpus/descriptions.jsonl"
# Training a tokenizer breaks ties by chance: the shipped one is taken where it is there.
if [ -e "$MODEL/tokenizer.json" ]; then TOKENIZER="--tokenizer $MODEL/tokenizer.json"; else TOKENIZER=; fi
# shellcheck disable=SC2086
"$PYTHON" train.py "$FOLDER/corpus" "$FOLDER/run" $TOKENIZER \
  --steps 1500 --earlier 4000 400 --earlier 2000 800 --long-from 14 --keep 1000
"$PYTHON" validate.py "$FOLDER/corpus" "$FOLDER/run"
"$PYTHON" export.py "$FOLDER/run" "$MODEL"
node judge.ts --out "$MODEL/evaluation.json" "$MODEL" ${COMPARE:-} -- ../../resources/sample
"$PYTHON" card.py "$FOLDER/run" "$MODEL"
