import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { findEntries } from '../../src/main/engine/entries.ts'
import { runIngest } from '../../src/main/jobs/ingest/ingest.ts'
import { createCorpus, openCorpus } from '../../src/main/store/open.ts'
import { sharedData } from '../support/shared-data.ts'
import { jobContext } from './pictures-support.ts'

/** Pairs whose picture the archive holds, as an independent program counted them. */
const HELD: Record<string, number> = {
  'blackbook.warc.gz': 754,
  'books-toscrape.warc': 20,
  'etig.warc.gz': 208,
  'govuk-revisit.warc.gz': 6,
  'iana-2.warc': 6,
  'iana.warc.gz': 32,
  'replayweb-example.wacz': 6,
  'resource-records-2002.warc.gz': 76,
}
/** Held at the end of a redirect inside the archive, which the independent program did not follow. */
const THROUGH_REDIRECTS: Record<string, number> = { 'etig.warc.gz': 1 }
/** Held under the name of a picture, but no picture: a page of HTML served as a JPEG. */
const NOT_DECODED: Record<string, string[]> = {
  'resource-records-2002.warc.gz': ['not-a-picture html'],
}

test.for(Object.keys(HELD))(
  'every picture that %s holds is found, through revisits too, and decoded',
  async (name, { skip }) => {
    const archive = sharedData(join('warc', name))
    if (archive === null) return skip('no real data')
    const path = join(mkdtempSync(join(tmpdir(), 'real-')), 'a.gleaner')
    createCorpus(path)
    const corpus = openCorpus(path)
    try {
      const here = new URL('../../src/main/engine/entries.ts', import.meta.url).href
      await runIngest(
        corpus,
        { corpus: path, inputs: [archive], images: 'archive', workers: 1 },
        { ...jobContext(), entries: findEntries(here) },
      )
      const rows = corpus.writer
        .prepare<
          [],
          { status: string; error: string | null; width: number | null; source: string | null }
        >(
          'SELECT i.status, i.error, i.width, i.source FROM pairs p JOIN images i ON i.id = p.image_id',
        )
        .all()
      const held = rows.filter((row) => row.status === 'ok' || row.status === 'failed')
      const redirected = held.filter((row) => row.source?.includes('through a redirect'))
      expect(redirected.length).toBe(THROUGH_REDIRECTS[name] ?? 0)
      expect(held.length - redirected.length).toBe(HELD[name])
      expect(held.filter((row) => row.status === 'failed').map((row) => row.error)).toEqual(
        NOT_DECODED[name] ?? [],
      )
      expect(held.every((row) => row.status === 'failed' || (row.width ?? 0) > 0)).toBe(true)
      expect(rows.every((row) => row.status !== 'pending')).toBe(true)
    } finally {
      corpus.close()
    }
  },
)
