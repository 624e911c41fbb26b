/** The first schema. Reasons stand beside what is not obvious. */
export const sql = `
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE archives (
  id INTEGER PRIMARY KEY,
  path TEXT NOT NULL,
  name TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  -- Quick identity (size, head, tail): the same input under another name is the same input.
  fingerprint TEXT NOT NULL UNIQUE,
  -- Of the whole file; known once it was read to its end.
  sha256 TEXT,
  state TEXT NOT NULL CHECK (state IN ('partial', 'complete')),
  -- Reading goes on here; committed together with what was read before it.
  next_offset INTEGER NOT NULL DEFAULT 0,
  software TEXT NOT NULL,
  ingested_at TEXT NOT NULL
) STRICT;

CREATE TABLE record_counts (
  archive_id INTEGER NOT NULL REFERENCES archives (id),
  type TEXT NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY (archive_id, type)
) STRICT, WITHOUT ROWID;

-- What was counted and not paired, by rule.
CREATE TABLE not_paired (
  archive_id INTEGER NOT NULL REFERENCES archives (id),
  rule TEXT NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY (archive_id, rule)
) STRICT, WITHOUT ROWID;

CREATE TABLE pages (
  id INTEGER PRIMARY KEY,
  archive_id INTEGER NOT NULL REFERENCES archives (id),
  offset INTEGER NOT NULL,
  record_id TEXT,
  record_type TEXT NOT NULL,
  url TEXT NOT NULL,
  -- Lower case, of the url; '' if it has none.
  host TEXT NOT NULL DEFAULT '',
  date TEXT,
  title TEXT,
  language TEXT,
  og_image TEXT,
  charset TEXT,
  charset_source TEXT,
  robots TEXT,
  -- Only for input that cannot be read again (stdin): the page, zstd.
  kept_html BLOB,
  UNIQUE (archive_id, offset)
) STRICT;

-- One picture address of the corpus, shared by all pairs that show it.
CREATE TABLE images (
  id INTEGER PRIMARY KEY,
  url TEXT NOT NULL UNIQUE,
  -- JSON array: other addresses the markup offers for the same picture.
  alternates TEXT,
  status TEXT NOT NULL DEFAULT 'pending'
    CHECK (status IN ('pending', 'ok', 'missing', 'failed', 'refused')),
  sha256 TEXT,
  mime TEXT,
  width INTEGER,
  height INTEGER,
  bytes INTEGER,
  error TEXT,
  -- Where the bytes came from, as one readable line.
  source TEXT,
  attempts INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX images_by_status ON images (status);
CREATE INDEX images_by_sha256 ON images (sha256) WHERE sha256 IS NOT NULL;

-- Narrow on purpose: filters and sorts over millions scan this, the long texts stand apart.
CREATE TABLE pairs (
  id INTEGER PRIMARY KEY,
  page_id INTEGER NOT NULL REFERENCES pages (id),
  position INTEGER NOT NULL,
  image_id INTEGER NOT NULL REFERENCES images (id),
  alt TEXT,
  title TEXT,
  caption TEXT,
  image_rule TEXT NOT NULL,
  caption_rule TEXT,
  before_distance INTEGER,
  after_distance INTEGER,
  declared_width INTEGER,
  declared_height INTEGER,
  tag_start INTEGER NOT NULL,
  tag_end INTEGER NOT NULL,
  UNIQUE (page_id, position)
) STRICT;
CREATE INDEX pairs_by_image ON pairs (image_id);

CREATE TABLE contexts (
  pair_id INTEGER PRIMARY KEY REFERENCES pairs (id),
  before TEXT,
  after TEXT
) STRICT;

-- Pictures found in archives, by address: where the bytes of a pair's picture come from.
CREATE TABLE captures (
  id INTEGER PRIMARY KEY,
  archive_id INTEGER NOT NULL REFERENCES archives (id),
  offset INTEGER NOT NULL,
  url TEXT NOT NULL,
  date TEXT,
  mime TEXT,
  -- A redirect points to another address by refers_to_url.
  kind TEXT NOT NULL DEFAULT 'picture' CHECK (kind IN ('picture', 'revisit', 'redirect')),
  -- Of the decoded body, which is the name of the blob. null for a revisit and a redirect.
  sha256 TEXT,
  bytes INTEGER NOT NULL,
  -- A revisit points to an earlier capture by payload digest or by address and date.
  payload_digest TEXT,
  refers_to_url TEXT,
  refers_to_date TEXT,
  UNIQUE (archive_id, offset)
) STRICT;
CREATE INDEX captures_by_url ON captures (url);
CREATE INDEX captures_by_digest ON captures (payload_digest) WHERE payload_digest IS NOT NULL;

CREATE TABLE failures (
  id INTEGER PRIMARY KEY,
  stage TEXT NOT NULL,
  reason TEXT NOT NULL,
  archive_id INTEGER REFERENCES archives (id),
  offset INTEGER,
  url TEXT,
  detail TEXT
) STRICT;
CREATE INDEX failures_by_reason ON failures (reason);

CREATE TABLE models (
  id INTEGER PRIMARY KEY,
  -- SHA-256 over the model's files: another model never overwrites.
  digest TEXT NOT NULL UNIQUE,
  -- What people call it (models.list id).
  name TEXT NOT NULL,
  title TEXT NOT NULL,
  -- JSON: the manifest as it was when the scores were made.
  manifest TEXT NOT NULL
) STRICT;

CREATE TABLE scores (
  model_id INTEGER NOT NULL REFERENCES models (id),
  text_source TEXT NOT NULL,
  pair_id INTEGER NOT NULL REFERENCES pairs (id),
  cosine REAL NOT NULL,
  -- The only order: counts, histograms and sorts come from arrays in memory, and a pair's scores
  -- from one look-up for each of the few (model, text).
  PRIMARY KEY (model_id, text_source, pair_id)
) STRICT, WITHOUT ROWID;

-- Float32 little-endian, unit length. key: sha256 of the picture's bytes, or of the text in UTF-8.
CREATE TABLE embeddings (
  model_id INTEGER NOT NULL REFERENCES models (id),
  kind TEXT NOT NULL CHECK (kind IN ('image', 'text')),
  key BLOB NOT NULL,
  vector BLOB NOT NULL,
  PRIMARY KEY (model_id, kind, key)
) STRICT, WITHOUT ROWID;

-- Jobs that must survive a kill: what was asked and how far it is.
CREATE TABLE jobs (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  input TEXT NOT NULL,
  state TEXT NOT NULL,
  progress TEXT NOT NULL,
  created_at TEXT NOT NULL,
  finished_at TEXT,
  error TEXT,
  warnings TEXT NOT NULL DEFAULT '[]',
  result TEXT NOT NULL DEFAULT '[]'
) STRICT;
`
