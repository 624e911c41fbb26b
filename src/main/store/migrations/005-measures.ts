/** What was measured of a study without a person. */
export const sql = `
CREATE TABLE study_measures (
  id INTEGER PRIMARY KEY,
  study_id INTEGER NOT NULL REFERENCES studies (id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  -- JSON: StudyMeasurement of the contract, with how it came about. Measured again, it is one more row.
  result TEXT NOT NULL,
  -- JSON: { name as it was shown then: id of the study's model }. Names follow the study's state.
  models TEXT NOT NULL,
  -- 1: made while models were shown by their codes.
  blind INTEGER NOT NULL,
  software TEXT NOT NULL,
  made_at TEXT NOT NULL
) STRICT;
CREATE INDEX study_measures_by_study ON study_measures (study_id);
`
