/** Prompts to judge models by. */
export const sql = `
CREATE TABLE prompt_sets (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  -- JSON: PromptOrigin of the contract.
  origin TEXT NOT NULL,
  software TEXT NOT NULL,
  created_at TEXT NOT NULL,
  changed_at TEXT NOT NULL
) STRICT;

-- A study copies the prompts that it uses: these may be changed and removed at any time.
CREATE TABLE prompts (
  set_id INTEGER NOT NULL REFERENCES prompt_sets (id) ON DELETE CASCADE,
  grp TEXT NOT NULL,
  kind TEXT NOT NULL,
  level INTEGER NOT NULL,
  text TEXT NOT NULL,
  -- Of the group in its set, from 0; within a group the level orders.
  position INTEGER NOT NULL,
  PRIMARY KEY (set_id, grp, level)
) STRICT, WITHOUT ROWID;
CREATE INDEX prompts_in_order ON prompts (set_id, position, level);
`
