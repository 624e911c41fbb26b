/** Numbers of imported tables, and what kind of text each alt is. */
export const sql = `
-- Columns of tables by the name that they have there.
CREATE TABLE columns (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE COLLATE NOCASE
) STRICT;
CREATE TABLE column_values (
  column_id INTEGER NOT NULL REFERENCES columns (id),
  pair_id INTEGER NOT NULL REFERENCES pairs (id),
  value REAL NOT NULL,
  PRIMARY KEY (column_id, pair_id)
) STRICT, WITHOUT ROWID;

-- The rules that sorted alts the last time: the place in the list, and which kind they mean.
CREATE TABLE alt_rules (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  explanation TEXT NOT NULL
) STRICT;
-- What no rule takes has no rule. Made anew as a whole by each run.
CREATE TABLE alt_kinds (
  pair_id INTEGER PRIMARY KEY REFERENCES pairs (id),
  kind TEXT NOT NULL CHECK (kind IN ('words', 'machine', 'uninformative', 'empty', 'absent')),
  rule_id INTEGER REFERENCES alt_rules (id)
) STRICT;
CREATE INDEX alt_kinds_by_rule ON alt_kinds (rule_id) WHERE rule_id IS NOT NULL;
-- Texts that stand on many sites, found by counting; gaps of digits are #, of words ….
CREATE TABLE alt_templates (
  text TEXT PRIMARY KEY,
  sites INTEGER NOT NULL,
  pairs INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`
