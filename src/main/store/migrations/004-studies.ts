/** Rating studies: prompts, pictures of models, tasks, what raters said. */
export const sql = `
CREATE TABLE studies (
  id INTEGER PRIMARY KEY,
  -- The same on every machine, for merging.
  uid TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL UNIQUE,
  -- 'rater': opened from a rater's package; its pictures have no model.
  role TEXT NOT NULL CHECK (role IN ('owner', 'rater')),
  -- JSON: StudyDesign of the contract.
  design TEXT NOT NULL,
  -- Where the prompts came from, in words.
  prompts_from TEXT NOT NULL,
  -- Known to this study alone: tokens of tasks and pictures are drawn with it. '' for a rater.
  salt TEXT NOT NULL,
  hash TEXT,
  -- Pixels at which all pictures are shown.
  width INTEGER,
  height INTEGER,
  frozen_at TEXT,
  unblinded_at TEXT,
  software TEXT NOT NULL,
  created_at TEXT NOT NULL,
  CHECK ((frozen_at IS NULL) = (hash IS NULL))
) STRICT;

CREATE TABLE study_prompts (
  id INTEGER PRIMARY KEY,
  study_id INTEGER NOT NULL REFERENCES studies (id) ON DELETE CASCADE,
  grp TEXT NOT NULL,
  kind TEXT NOT NULL,
  level INTEGER NOT NULL,
  text TEXT NOT NULL,
  position INTEGER NOT NULL,
  UNIQUE (study_id, grp, level)
) STRICT;

CREATE TABLE study_models (
  id INTEGER PRIMARY KEY,
  study_id INTEGER NOT NULL REFERENCES studies (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  version TEXT,
  -- The name while the study is blind, in an order by its seed; null before it is frozen.
  code TEXT,
  UNIQUE (study_id, name)
) STRICT;

CREATE TABLE study_images (
  id INTEGER PRIMARY KEY,
  study_id INTEGER NOT NULL REFERENCES studies (id) ON DELETE CASCADE,
  -- null where the study is only rated.
  model_id INTEGER REFERENCES study_models (id) ON DELETE CASCADE,
  prompt_id INTEGER REFERENCES study_prompts (id) ON DELETE CASCADE,
  -- The how manieth picture of its model and prompt, from 0.
  take INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  mime TEXT NOT NULL,
  width INTEGER NOT NULL,
  height INTEGER NOT NULL,
  seed TEXT,
  -- JSON: ImageOrigin of the contract.
  origin TEXT NOT NULL,
  -- Address that says nothing; since the study is frozen.
  token TEXT UNIQUE,
  UNIQUE (study_id, model_id, prompt_id, take)
) STRICT;
CREATE INDEX study_images_by_prompt ON study_images (prompt_id);
CREATE INDEX study_images_by_picture ON study_images (sha256);

-- Files that were not taken in.
CREATE TABLE study_left_out (
  id INTEGER PRIMARY KEY,
  study_id INTEGER NOT NULL REFERENCES studies (id) ON DELETE CASCADE,
  model_id INTEGER NOT NULL REFERENCES study_models (id) ON DELETE CASCADE,
  file TEXT NOT NULL,
  reason TEXT NOT NULL,
  detail TEXT
) STRICT;

-- Drawn once, when the study is frozen; the same for every rater.
CREATE TABLE study_tasks (
  token TEXT PRIMARY KEY,
  study_id INTEGER NOT NULL REFERENCES studies (id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  image_id INTEGER NOT NULL REFERENCES study_images (id) ON DELETE CASCADE,
  other_id INTEGER REFERENCES study_images (id) ON DELETE CASCADE,
  prompt_id INTEGER NOT NULL REFERENCES study_prompts (id) ON DELETE CASCADE,
  repeats TEXT,
  -- JSON: what an attentive rater answers; null where nobody knows, and in a rater's copy.
  expect TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX study_tasks_by_study ON study_tasks (study_id, kind);
-- A picture or prompt that goes looks for its tasks.
CREATE INDEX study_tasks_by_image ON study_tasks (image_id);
CREATE INDEX study_tasks_by_other ON study_tasks (other_id);
CREATE INDEX study_tasks_by_prompt ON study_tasks (prompt_id);

-- What raters said, never changed. The current answer to (rater, task, aspect) is the last one by
-- time; the uid decides between equal times of two machines (one of a table, which begins with
-- zeros, gives way to the event that it was written from). Undo and redo are events like any other.
CREATE TABLE rating_events (
  id INTEGER PRIMARY KEY,
  uid TEXT NOT NULL UNIQUE,
  study_id INTEGER NOT NULL REFERENCES studies (id) ON DELETE CASCADE,
  rater TEXT NOT NULL,
  task TEXT NOT NULL,
  -- '' in a comparison.
  aspect TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('set', 'undo', 'redo')),
  target TEXT,
  -- null = taken away. In a comparison: 'first' or 'second' of the task, 'tie', 'bad'.
  answer TEXT,
  ms INTEGER,
  position INTEGER,
  zoom REAL,
  -- In a comparison: whether the task's first picture stood left.
  first_left INTEGER,
  -- 0: said after the study was unblinded on that machine.
  blind INTEGER NOT NULL,
  software TEXT NOT NULL,
  -- UTC with milliseconds, rising strictly for one rater on one machine.
  at TEXT NOT NULL
) STRICT;
CREATE INDEX rating_events_by_answer ON rating_events (study_id, rater, task, aspect, at, uid);
CREATE INDEX rating_events_by_rater ON rating_events (study_id, rater, at, uid);

CREATE VIEW ratings AS
  SELECT e.* FROM rating_events e
  WHERE e.answer IS NOT NULL AND e.id = (
    SELECT l.id FROM rating_events l
    WHERE l.study_id = e.study_id AND l.rater = e.rater AND l.task = e.task AND l.aspect = e.aspect
    ORDER BY l.at DESC, l.uid DESC LIMIT 1
  );

-- Automatic: cosine of a picture and its prompt by a model's digest.
CREATE TABLE study_scores (
  image_id INTEGER NOT NULL REFERENCES study_images (id) ON DELETE CASCADE,
  model_digest TEXT NOT NULL,
  model TEXT NOT NULL,
  cosine REAL NOT NULL,
  PRIMARY KEY (image_id, model_digest)
) STRICT, WITHOUT ROWID;

-- What must be told of a study: frozen, unblinded, packed, merged.
CREATE TABLE study_log (
  id INTEGER PRIMARY KEY,
  study_id INTEGER NOT NULL REFERENCES studies (id) ON DELETE CASCADE,
  at TEXT NOT NULL,
  what TEXT NOT NULL,
  detail TEXT NOT NULL
) STRICT;
`
