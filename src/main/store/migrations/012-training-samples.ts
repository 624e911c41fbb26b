/** What a model found in each text of the test sites: a mean hides how it comes about. */
export const sql = `
-- Spans in code points of the running text of the pair; the found one is null for "nothing".
CREATE TABLE training_samples (
  run_id TEXT NOT NULL REFERENCES training_runs (id),
  pair_id INTEGER NOT NULL REFERENCES pairs (id),
  gold_start INTEGER NOT NULL,
  gold_end INTEGER NOT NULL,
  found_start INTEGER,
  found_end INTEGER,
  -- Intersection over union in code points.
  iou REAL NOT NULL,
  PRIMARY KEY (run_id, pair_id),
  CHECK ((found_start IS NULL) = (found_end IS NULL))
) STRICT, WITHOUT ROWID;
`
