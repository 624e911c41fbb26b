import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { EXPORT_FORMATS, ExportInput } from '#shared/contract/jobs.ts'
import { runExport } from '../../src/main/jobs/export.ts'
import { openCorpus } from '../../src/main/store/open.ts'
import type { Corpus } from '../../src/main/store/open.ts'
import { createReads } from '../../src/main/store/reads/reads.ts'
import type { Reads } from '../../src/main/store/reads/reads.ts'
import { manifestOf } from '../unit/export/support.ts'
import { exportContext, makeCorpus } from './export-support.ts'

let folder: string
let path: string
let corpus: Corpus
let reads: Reads

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gleaner-preview-'))
  path = join(folder, 'a.gleaner')
  makeCorpus(path, { pairs: 600 })
  corpus = openCorpus(path)
  // Blank in every way that an exporter takes for blank, and words that only look so.
  const say = corpus.writer.prepare('UPDATE pairs SET alt = ? WHERE id = ?')
  const blanks = [
    '',
    ' ',
    '\t\n',
    '\u00a0\u2003',
    '\u0001\u001f',
    '\u0085\u009f',
    '\ufeff',
    '\u3000',
  ]
  for (const [i, blank] of blanks.entries()) say.run(blank, 100 + i)
  say.run('\u200b', 120)
  say.run('·', 121)
  corpus.writer.exec("UPDATE images SET status = 'failed', sha256 = NULL WHERE id = 130")
  reads = createReads(corpus.reader)
})
afterAll(() => {
  corpus.close()
  rmSync(folder, { recursive: true, force: true })
})

// Of a web archive: see export-warc.test.ts, whose corpora have archives.
const cases = EXPORT_FORMATS.filter((format) => format !== 'warc').flatMap((format) =>
  (['alt', 'before'] as const).flatMap((text) =>
    ['', 'score>=0.28', '-status:ok OR id:1..20'].map((where) => ({ format, text, where })),
  ),
)

test.each(cases)(
  'the preview of $format with $text of "$where" is what is written',
  async (one) => {
    const preview = reads.exportPreview(one)
    const out = join(folder, `${one.format}-${one.text}-${one.where.length}`)
    try {
      await runExport({ path }, ExportInput.parse({ corpus: path, out, ...one }), exportContext())
    } catch (error) {
      expect(error).toMatchObject({ kind: 'invalid-input' })
      expect(preview.exported).toBe(0)
      return
    }
    const { counts } = manifestOf(out)
    const byReason: Record<string, number> = {}
    for (const skip of preview.skipped) {
      const reason = skip.reason === 'picture-type' ? `picture-type ${skip.mime}` : skip.reason
      byReason[reason] = (byReason[reason] ?? 0) + skip.n
    }
    expect({ ...preview, skipped: byReason }).toEqual({
      matched: counts.matched,
      exported: counts.exported,
      skipped: counts.skipped,
    })
  },
)

test('a preview knows of rows that changed', () => {
  const ask = () => reads.exportPreview({ format: 'parquet', text: 'alt', where: '' })
  const before = ask()
  corpus.writer.exec("UPDATE pairs SET alt = '' WHERE id = 200")
  reads.invalidate(['pairs'])
  expect(ask().exported).toBe(before.exported - 1)
})
