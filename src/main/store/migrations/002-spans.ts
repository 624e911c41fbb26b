/** Descriptions in the texts: found, predicted, and said by people. */
export const sql = `
-- Spans that came into being together. Another pass or model adds a set, never overwrites one.
CREATE TABLE span_sets (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('alt', 'model', 'labels')),
  title TEXT NOT NULL,
  -- Of a model's predictions: its id and the SHA-256 over its files. Not a row of models: those
  -- are the ones that score.
  model TEXT,
  model_digest TEXT,
  -- JSON: how it was made (rules, thresholds, decoding), and its report where it has one.
  config TEXT NOT NULL,
  report TEXT,
  -- The pass goes on after this pair; committed together with the spans up to it.
  next_pair INTEGER NOT NULL DEFAULT 0,
  pairs INTEGER NOT NULL DEFAULT 0,
  described INTEGER NOT NULL DEFAULT 0,
  complete INTEGER NOT NULL DEFAULT 0,
  software TEXT NOT NULL,
  created_at TEXT NOT NULL
) STRICT;

-- rank 0 is the one that counts; the others are the next best. "Nothing describes it" is a row of
-- rank 0 without a place, with the confidence in that. Offsets in code points of the text.
CREATE TABLE spans (
  set_id INTEGER NOT NULL REFERENCES span_sets (id),
  pair_id INTEGER NOT NULL REFERENCES pairs (id),
  rank INTEGER NOT NULL,
  source TEXT CHECK (source IN ('before', 'caption', 'after')),
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
-- What counts of a million pairs, without reading the words: where there is a place, how sure, which
-- kind.
CREATE INDEX spans_best ON spans (set_id, pair_id, start, score, kind) WHERE rank = 0;

-- What people said, never changed. Each event holds all that its speaker (annotator, review) says of
-- the pair from then on; the current label is the last one by time. Times of one speaker, and those
-- of one pair, rise strictly, so that events of several machines have one order everywhere; the uid
-- decides between equal times of two machines. Undo and redo are events like any other.
CREATE TABLE label_events (
  id INTEGER PRIMARY KEY,
  -- The same on every machine, for merging.
  uid TEXT NOT NULL UNIQUE,
  annotator TEXT NOT NULL,
  -- 1: settles what annotators disagree on.
  review INTEGER NOT NULL DEFAULT 0,
  pair_id INTEGER NOT NULL REFERENCES pairs (id),
  kind TEXT NOT NULL CHECK (kind IN ('set', 'undo', 'redo')),
  -- uid of the event that an undo takes back or a redo brings back.
  target TEXT,
  -- JSON: LabelState of the contract.
  state TEXT NOT NULL,
  -- Of the state, for counting without reading JSON.
  status TEXT NOT NULL CHECK (status IN ('open', 'labeled', 'skipped')),
  spans INTEGER NOT NULL,
  flagged INTEGER NOT NULL,
  seconds REAL,
  software TEXT NOT NULL,
  -- UTC with milliseconds, YYYY-MM-DDThh:mm:ss.sssZ: sorts as text.
  at TEXT NOT NULL
) STRICT;
CREATE INDEX label_events_by_pair ON label_events (pair_id, annotator, review, at, uid);
CREATE INDEX label_events_by_speaker ON label_events (annotator, review, at, uid);

CREATE VIEW labels AS
  SELECT e.* FROM label_events e
  WHERE e.id = (
    SELECT l.id FROM label_events l
    WHERE l.pair_id = e.pair_id AND l.annotator = e.annotator AND l.review = e.review
    ORDER BY l.at DESC, l.uid DESC LIMIT 1
  );

CREATE TABLE training_runs (
  id TEXT PRIMARY KEY,
  -- JSON: TrainingRun of the contract.
  run TEXT NOT NULL,
  created_at TEXT NOT NULL
) STRICT;
`
