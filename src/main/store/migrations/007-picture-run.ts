/** Pictures that ended unfound in the last run, which may have been killed and goes on. */
export const sql = `
CREATE TABLE picture_run (image_id INTEGER PRIMARY KEY REFERENCES images (id)) STRICT;
`
