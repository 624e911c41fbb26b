/** Judged cutoffs, and the best text of each picture. */
export const sql = `
-- What was drawn to judge a cutoff by, never changed. Its population is kept with it, so that its
-- estimates stay what they are when more pairs are scored.
CREATE TABLE judged_samples (
  id INTEGER PRIMARY KEY,
  -- The same on every machine.
  uid TEXT NOT NULL UNIQUE,
  model_id INTEGER NOT NULL REFERENCES models (id),
  -- TextSource of the contract, and its key in scores at that time.
  text_source TEXT NOT NULL,
  text_key TEXT NOT NULL,
  filter TEXT NOT NULL,
  cutoff REAL NOT NULL,
  seed INTEGER NOT NULL,
  -- JSON: [{from, to, take}], places among the scores.
  strata TEXT NOT NULL,
  -- Float32 little-endian, ascending: the cosines of the whole population.
  scores BLOB NOT NULL,
  software TEXT NOT NULL,
  created_at TEXT NOT NULL
) STRICT;

CREATE TABLE judged_items (
  sample_id INTEGER NOT NULL REFERENCES judged_samples (id),
  -- In which they are judged: at random.
  position INTEGER NOT NULL,
  pair_id INTEGER NOT NULL REFERENCES pairs (id),
  place INTEGER NOT NULL,
  -- The picture with the words, by content: what was judged once is judged wherever it stands again.
  subject TEXT NOT NULL,
  words TEXT NOT NULL,
  PRIMARY KEY (sample_id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX judged_items_by_subject ON judged_items (subject);

-- What people said, never changed: label_events has the rules. verdict is what holds from then on;
-- null = nothing is said any more.
CREATE TABLE judgement_events (
  id INTEGER PRIMARY KEY,
  uid TEXT NOT NULL UNIQUE,
  judge TEXT NOT NULL,
  subject TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('set', 'undo')),
  -- uid of the event that an undo takes back.
  target TEXT,
  verdict TEXT CHECK (verdict IN ('right', 'wrong', 'unsure')),
  seconds REAL,
  software TEXT NOT NULL,
  at TEXT NOT NULL
) STRICT;
CREATE INDEX judgement_events_by_subject ON judgement_events (subject, judge, at, uid);
CREATE INDEX judgement_events_by_judge ON judgement_events (judge, at, uid);

-- For each picture the text that fits best by one model, among some texts. Another recipe or more
-- scores add a set; its cosines stand in scores under best@ID.
CREATE TABLE best_sets (
  id INTEGER PRIMARY KEY,
  model_id INTEGER NOT NULL REFERENCES models (id),
  -- JSON: keys of scores, in the order that decides between equal cosines.
  sources TEXT NOT NULL,
  -- JSON: BestReport of the contract; null while it is being made.
  report TEXT,
  software TEXT NOT NULL,
  created_at TEXT NOT NULL
) STRICT;

CREATE TABLE best_texts (
  set_id INTEGER NOT NULL REFERENCES best_sets (id),
  pair_id INTEGER NOT NULL REFERENCES pairs (id),
  -- Key of scores of the text that won.
  source TEXT NOT NULL,
  -- To the next best cosine; null = it has no other text.
  margin REAL,
  PRIMARY KEY (set_id, pair_id)
) STRICT, WITHOUT ROWID;
`
