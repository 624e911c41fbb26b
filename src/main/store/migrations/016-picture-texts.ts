/** The text that stands in pictures. */
export const sql = `
-- What a model found in a picture, by the SHA-256 of the picture's bytes: another model adds.
CREATE TABLE picture_texts (
  model_id INTEGER NOT NULL REFERENCES models (id),
  sha256 TEXT NOT NULL,
  -- Of the picture's area that lies within boxes, 0 to 1; boxes that overlap count once.
  share REAL NOT NULL,
  -- Boxes. 0 = it was looked at and has none.
  n INTEGER NOT NULL,
  -- What was read, a line of text a line, in reading order; null = the model does not read. Filters
  -- look here and not into the JSON.
  words TEXT,
  -- JSON: PictureTextFound of the contract.
  lines TEXT NOT NULL,
  PRIMARY KEY (model_id, sha256)
) STRICT, WITHOUT ROWID;

-- The model that filters and views mean: the one that was run last.
CREATE TABLE text_finder (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  model_id INTEGER NOT NULL REFERENCES models (id)
) STRICT;
`
