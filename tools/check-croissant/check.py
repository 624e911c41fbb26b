"""Reads an exported version with mlcroissant: its metadata, and the first records of the list of pairs."""

import itertools
import pathlib
import sys

import mlcroissant

if len(sys.argv) != 2:
    sys.exit("check.py EXPORTFOLDER")
dataset = mlcroissant.Dataset(jsonld=str(pathlib.Path(sys.argv[1]) / "croissant.json"))
issues = dataset.metadata.issues
print(issues.report())
for record in itertools.islice(dataset.records(record_set="pairs"), 3):
    print(record)
sys.exit(1 if issues.errors else 0)
