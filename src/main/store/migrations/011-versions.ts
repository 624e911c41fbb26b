/** Versions of the dataset: frozen recipes with their lists of pairs. Nothing in them is ever changed. */
export const sql = `
CREATE TABLE versions (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE COLLATE NOCASE,
  note TEXT NOT NULL,
  -- JSON: VersionRecipe, canonical. With the lines it gives the hash.
  recipe TEXT NOT NULL,
  hash TEXT NOT NULL,
  pairs INTEGER NOT NULL,
  -- JSON: what matched and was left out, by reason; shares and quantiles of the scores.
  counts TEXT NOT NULL,
  -- The last pair that there was.
  last_pair INTEGER NOT NULL,
  created_at TEXT NOT NULL
) STRICT;

-- Ids in order of id, for filters; what the pairs were then stands in the blocks.
CREATE TABLE version_members (
  version_id INTEGER NOT NULL REFERENCES versions (id),
  pair_id INTEGER NOT NULL REFERENCES pairs (id),
  PRIMARY KEY (version_id, pair_id)
) STRICT, WITHOUT ROWID;

-- Pairs as they were, some thousand a block: JSON lines of [pair id, line], zstd.
CREATE TABLE version_blocks (
  version_id INTEGER NOT NULL REFERENCES versions (id),
  block INTEGER NOT NULL,
  lines BLOB NOT NULL,
  PRIMARY KEY (version_id, block)
) STRICT;

CREATE TRIGGER versions_stay BEFORE UPDATE ON versions
BEGIN SELECT RAISE(ABORT, 'a version is never changed'); END;
CREATE TRIGGER versions_are_kept BEFORE DELETE ON versions
BEGIN SELECT RAISE(ABORT, 'a version is never changed'); END;
CREATE TRIGGER version_members_stay BEFORE UPDATE ON version_members
BEGIN SELECT RAISE(ABORT, 'a version is never changed'); END;
CREATE TRIGGER version_members_are_kept BEFORE DELETE ON version_members
BEGIN SELECT RAISE(ABORT, 'a version is never changed'); END;
CREATE TRIGGER version_blocks_stay BEFORE UPDATE ON version_blocks
BEGIN SELECT RAISE(ABORT, 'a version is never changed'); END;
CREATE TRIGGER version_blocks_are_kept BEFORE DELETE ON version_blocks
BEGIN SELECT RAISE(ABORT, 'a version is never changed'); END;
`
