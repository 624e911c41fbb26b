"""Reads an exported version with mlcroissant: its metadata, and every record of the list of pairs."""

import pathlib
import sys

import mlcroissant

if len(sys.argv) != 2:
    sys.exit("check.py EXPORTFOLDER")
dataset = mlcroissant.Dataset(jsonld=str(pathlib.Path(sys.argv[1]) / "croissant.json"))
issues = dataset.metadata.issues
print(issues.report())
read = 0
for record in dataset.records(record_set="pairs"):
    if read < 3:
        print(record)
    read += 1
print(f"{read} records read, {len(issues.errors)} errors, {len(issues.warnings)} warnings")
sys.exit(1 if issues.errors else 0)
