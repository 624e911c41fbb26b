/** What people say of pairs: keep, reject, unsure, tags and notes. */
export const sql = `
-- Never changed. An action is one event, whether of one pair or of a million; undo and redo are
-- events like any other, and take or bring back all of it. What a person says of a pair now is, for
-- the mark, each tag and the note, the last action by (at, uid) that is not taken back.
CREATE TABLE mark_events (
  id INTEGER PRIMARY KEY,
  -- The same on every machine, for merging.
  uid TEXT NOT NULL UNIQUE,
  person TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('set', 'undo', 'redo')),
  -- uid of the event that an undo takes back or a redo brings back.
  target TEXT,
  -- JSON: MarkChange; of an undo or redo '{}'.
  change TEXT NOT NULL,
  software TEXT NOT NULL,
  -- UTC with milliseconds: sorts as text. Rises strictly for one person on one machine.
  at TEXT NOT NULL
) STRICT;
CREATE INDEX mark_events_by_person ON mark_events (person, at, uid);

-- Which pairs an action is about. Another row for the same event where a merged file knew of more.
CREATE TABLE mark_pairs (
  id INTEGER PRIMARY KEY,
  event_id INTEGER NOT NULL REFERENCES mark_events (id),
  n INTEGER NOT NULL,
  -- Ascending runs of ids as LEB128: distance from the end of the run before, length less one.
  runs BLOB NOT NULL
) STRICT;
CREATE INDEX mark_pairs_by_event ON mark_pairs (event_id);

-- Filters that were given a name, and those that were used last.
CREATE TABLE saved_filters (
  name TEXT PRIMARY KEY,
  query TEXT NOT NULL,
  saved_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE used_filters (
  query TEXT PRIMARY KEY,
  used_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
`
