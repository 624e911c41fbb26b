/** Spans may lie in a picture's own texts, where a pair has no page text. */
export const sql = `
CREATE TABLE spans_anew (
  set_id INTEGER NOT NULL REFERENCES span_sets (id),
  pair_id INTEGER NOT NULL REFERENCES pairs (id),
  rank INTEGER NOT NULL,
  source TEXT CHECK (source IN ('before', 'caption', 'after', 'alt', 'title')),
  start INTEGER,
  "end" INTEGER,
  quote TEXT,
  -- Kind of the match (exact, normalised, near) or description type; null for a model's.
  kind TEXT,
  -- Confidence of a model or similarity of an alt, 0..1.
  score REAL,
  PRIMARY KEY (set_id, pair_id, rank),
  CHECK ((source IS NULL) = (quote IS NULL) AND (source IS NULL) = (start IS NULL)
    AND (source IS NULL) = ("end" IS NULL))
) STRICT, WITHOUT ROWID;
INSERT INTO spans_anew SELECT * FROM spans ORDER BY set_id, pair_id, rank;
DROP TABLE spans;
ALTER TABLE spans_anew RENAME TO spans;
CREATE INDEX spans_best ON spans (set_id, pair_id, start, score, kind) WHERE rank = 0;
`
