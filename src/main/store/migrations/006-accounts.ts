/** What becomes of every record and every <img>; captures are found in any spelling. */
export const sql = `
-- Records that are neither page nor capture nor failure: one row for each kind of them, with the
-- first as an example. detail: a type of record, a status, a media type.
CREATE TABLE left_out (
  archive_id INTEGER NOT NULL REFERENCES archives (id),
  reason TEXT NOT NULL,
  detail TEXT NOT NULL,
  n INTEGER NOT NULL,
  first_offset INTEGER NOT NULL,
  first_url TEXT,
  PRIMARY KEY (archive_id, reason, detail)
) STRICT, WITHOUT ROWID;

-- What not_paired counts for an archive, for each page.
CREATE TABLE page_not_paired (
  page_id INTEGER NOT NULL REFERENCES pages (id),
  rule TEXT NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY (page_id, rule)
) STRICT, WITHOUT ROWID;

-- Of n, those that are on no page of page_not_paired: rows of tables, and pages read before this.
ALTER TABLE not_paired ADD COLUMN elsewhere INTEGER NOT NULL DEFAULT 0;
UPDATE not_paired SET elsewhere = n;

-- The address in its normal form where that is not how it is written. Addresses stay as they are
-- in their archive; matching goes by this.
ALTER TABLE captures ADD COLUMN key TEXT;
UPDATE captures SET key = normal_address(url) WHERE normal_address(url) <> url;
UPDATE pages SET host = normal_host(host) WHERE normal_host(host) <> host;
CREATE INDEX failures_by_archive ON failures (archive_id) WHERE archive_id IS NOT NULL;
CREATE INDEX captures_by_key ON captures (key) WHERE key IS NOT NULL;

-- Records of archives read before this that were left out without a count.
INSERT INTO left_out (archive_id, reason, detail, n, first_offset)
SELECT archive_id, 'not-counted', '', n, 0 FROM (
  SELECT c.archive_id, sum(c.n)
    - (SELECT count(*) FROM pages WHERE archive_id = c.archive_id)
    - (SELECT count(*) FROM captures WHERE archive_id = c.archive_id)
    - (SELECT count(*) FROM failures WHERE archive_id = c.archive_id AND stage = 'page') AS n
  FROM record_counts c WHERE c.type NOT IN ('row', 'embedding') GROUP BY c.archive_id
) WHERE n > 0;
`
