/** What people say of duplicates. What they are found by lies in duplicates.db and can be made again. */
export const sql = `
-- Never changed: mark_events has the rules. decision is what is said of all its pairs from then on;
-- null = nothing any more. Of an undo or redo it is null, too.
CREATE TABLE duplicate_events (
  id INTEGER PRIMARY KEY,
  -- The same on every machine.
  uid TEXT NOT NULL UNIQUE,
  person TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('set', 'undo', 'redo')),
  -- uid of the event that an undo takes back or a redo brings back.
  target TEXT,
  -- In which kind of duplicates it was said.
  duplicates TEXT NOT NULL CHECK (duplicates IN ('exact', 'perceptual', 'semantic', 'text')),
  decision TEXT CHECK (decision IN ('keep', 'drop', 'apart')),
  -- Ascending runs of ids as in mark_pairs.
  n INTEGER NOT NULL,
  pairs BLOB NOT NULL,
  software TEXT NOT NULL,
  -- UTC with milliseconds: sorts as text. Rises strictly for one person on one machine.
  at TEXT NOT NULL
) STRICT;
CREATE INDEX duplicate_events_by_person ON duplicate_events (person, at, uid);
`
