import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EXPORT_FORMATS, ExportInput } from '#shared/contract/jobs.ts'
import { Pair } from '#shared/domain.ts'
import { runExport } from '../../src/main/jobs/export.ts'
import type { JobContext } from '../../src/main/jobs/run/job.ts'
import { openCorpus } from '../../src/main/store/open.ts'
import { contents, jsonLines, manifestOf, parquetRows } from '../unit/export/support.ts'
import { exportContext, makeCorpus } from './export-support.ts'

let folder: string
let one: string
let two: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gleaner-export-job-'))
  one = join(folder, 'one.gleaner')
  two = join(folder, 'elsewhere', 'two.gleaner')
  makeCorpus(one, { pairs: 1200 })
  makeCorpus(two, { pairs: 1200 })
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let counter = 0
async function run(
  corpus: string,
  input: Partial<ExportInput>,
  context: Partial<JobContext> = {},
): Promise<{ out: string; ctx: ReturnType<typeof exportContext> }> {
  const out = input.out ?? join(folder, `out-${counter++}`)
  const ctx = exportContext(context)
  const full = ExportInput.parse({ corpus, format: 'jsonl', ...input, out })
  await runExport({ path: corpus }, full, ctx)
  return { out, ctx }
}

describe('the export job', () => {
  // Of a web archive: see export-warc.test.ts, whose corpora have archives.
  it.each(EXPORT_FORMATS.filter((format) => format !== 'warc'))(
    'gives the same bytes and content hash as %s from two corpora of the same input',
    async (format) => {
      const a = await run(one, { format, where: 'score>=0.25' })
      const b = await run(two, { format, where: '(score>=.25)' })
      expect(manifestOf(b.out).contentHash).toBe(manifestOf(a.out).contentHash)
      const first = contents(a.out)
      const second = contents(b.out)
      expect([...second.keys()].sort()).toEqual([...first.keys()].sort())
      for (const [path, bytes] of first) expect(second.get(path)?.equals(bytes), path).toBe(true)
      expect(a.ctx.told.results.get('Content hash')).toBe(manifestOf(a.out).contentHash)
      expect(a.ctx.told.last.done).toBe(a.ctx.told.last.total)
    },
  )

  it('writes exactly the pairs that pass the cutoff, with the raw cosine of its model', async () => {
    const { out } = await run(one, { format: 'parquet', where: 'score>=0.28' })
    const rows = parquetRows(join(out, 'part-00000.parquet'))
    const expected = Array.from({ length: 1200 }, (_, i) => i + 1).filter(
      (n) => n % 7 !== 0 && n % 11 !== 0 && Math.fround((200 + (n % 200)) / 1000) >= 0.28,
    )
    expect(rows.map((row) => Number(row['pair_id']))).toEqual(expected)
    expect(rows[0]?.['similarity']).toBe(
      Math.fround((200 + ((expected[0] as number) % 200)) / 1000),
    )
    const manifest = manifestOf(out)
    expect(manifest.recipe).toMatchObject({
      filter: 'score>=0.28',
      cutoffs: ['score[model-1].alt>=0.28'],
      text: 'alt',
      model: { id: 'model-1', name: 'Model 1' },
    })
    expect(manifest.recipe.model?.digest).toMatch(/^[0-9a-f]{64}$/)
    expect(manifest.corpus.archives).toEqual([
      { name: 'a.warc.gz', bytes: 1000, sha256: 'a'.repeat(64), complete: true },
      { name: 'b.warc.gz', bytes: 2000, sha256: null, complete: false },
    ])
    expect(JSON.stringify(manifest)).not.toContain(folder)
  })

  it('counts what has no words or no picture', async () => {
    const { out, ctx } = await run(one, { format: 'imagefolder' })
    const skipped = manifestOf(out).counts.skipped
    expect(skipped['no-text']).toBe(Math.floor(1200 / 11))
    expect(skipped['no-picture']).toBe(Math.floor(1200 / 7) - Math.floor(1200 / 77))
    expect(ctx.told.results.get('Left out: no-text')).toBe(String(skipped['no-text']))
  })

  it('takes the text that was asked for', async () => {
    await expect(run(one, { format: 'parquet', text: 'title' })).rejects.toMatchObject({
      kind: 'invalid-input',
      message: expect.stringContaining('no-text 1200'),
    })
    await expect(run(one, { text: 'span' })).rejects.toMatchObject({ kind: 'invalid-input' })
  })

  it('writes as JSON Lines what the contract calls a pair', async () => {
    const { out } = await run(one, { where: 'id:1..30' })
    const lines = jsonLines(join(out, 'pairs.jsonl'))
    expect(lines.map((line) => Pair.parse(line).id)).toEqual(
      Array.from({ length: 30 }, (_, i) => i + 1),
    )
  })

  it('takes the model that the filter names; of several it never picks one in silence', async () => {
    const path = join(folder, 'two-models.gleaner')
    makeCorpus(path, { pairs: 40, models: 2 })
    const named = await run(path, { format: 'parquet', where: 'score[model-2].alt>=0.21' })
    expect(manifestOf(named.out).recipe.model).toMatchObject({ id: 'model-2' })
    expect(named.ctx.told.warnings).toEqual([])
    const open = await run(path, { format: 'parquet' })
    expect(manifestOf(open.out).recipe.model).toBeNull()
    expect(open.ctx.told.warnings).toEqual([expect.stringContaining('model-1, model-2')])
    const rows = parquetRows(join(open.out, 'part-00000.parquet'))
    expect(rows.every((row) => row['similarity'] === null)).toBe(true)
    await expect(run(path, { where: 'score>=0.21' })).rejects.toMatchObject({
      kind: 'invalid-input',
      message: 'which score is meant?',
    })
    await expect(run(path, { where: 'score.caption>=0.21' })).rejects.toMatchObject({
      kind: 'not-found',
    })
    await expect(run(path, { where: 'score[nobody]>0' })).rejects.toMatchObject({
      kind: 'not-found',
    })
  })

  it('does not write into the corpus itself', async () => {
    for (const out of [one, join(one, 'set'), join(one, 'blobs', '..', '..set')]) {
      await expect(run(one, { out })).rejects.toMatchObject({ kind: 'invalid-input' })
    }
    await run(one, { out: `${one}-export`, where: 'id=1' })
  })

  it('says where a filter cannot be read', async () => {
    await expect(run(one, { where: 'score>=' })).rejects.toMatchObject({
      kind: 'invalid-input',
      message: expect.stringContaining('position'),
    })
  })

  it('sees the corpus as it was at the start, whatever is written meanwhile', async () => {
    const path = join(folder, 'busy.gleaner')
    makeCorpus(path, { pairs: 1200 })
    const corpus = openCorpus(path)
    let changed = false
    const { out } = await run(
      path,
      {},
      {
        progress: ({ done }) => {
          if (done < 100 || changed) return
          changed = true
          corpus.writer.prepare("UPDATE pairs SET alt = 'changed' WHERE id > 1000").run()
        },
      },
    )
    corpus.close()
    expect(changed).toBe(true)
    expect(readFileSync(join(out, 'pairs.jsonl'), 'utf8')).not.toContain('changed')
  })

  it('leaves an export that is there alone, and refuses another in its place', async () => {
    const { out } = await run(one, { format: 'coco', where: 'id<=50' })
    const made = manifestOf(out).createdAt
    const again = await run(one, { format: 'coco', where: '(id<=50.0)', out })
    expect(again.ctx.told.results.get('State')).toContain('already there')
    expect(manifestOf(out).createdAt).toBe(made)
    await expect(run(one, { format: 'coco', where: 'id<=51', out })).rejects.toMatchObject({
      kind: 'conflict',
    })
  })

  it('leaves nothing when it is canceled', async () => {
    const abort = new AbortController()
    const place = join(folder, 'canceled')
    const canceled = run(
      one,
      { format: 'kohya', out: join(place, 'set') },
      {
        signal: abort.signal,
        progress: ({ done }) => {
          if (done === 300) abort.abort()
        },
      },
    )
    await expect(canceled).rejects.toMatchObject({ kind: 'canceled' })
    expect(readdirSync(place)).toEqual([])
  })

  it('survives a kill at any moment: no folder or a whole one, and the next run cleans up', async () => {
    const place = join(folder, 'killed')
    const out = join(place, 'set')
    const whole = await run(one, { format: 'kohya' })
    let killed = 0
    for (const after of [1, 400, 900]) {
      const child = spawn(
        process.execPath,
        [join(import.meta.dirname, 'export-run.ts'), one, 'kohya', out],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      )
      const end = once(child, 'exit')
      for await (const chunk of child.stdout) {
        if (Number(String(chunk).trim().split('\n').at(-1)) >= after) {
          child.kill('SIGKILL')
          break
        }
      }
      const [, signal] = (await end) as [number | null, string | null]
      if (signal === 'SIGKILL') killed++
      const names = readdirSync(place)
      // At most what this run left: the one before was cleaned up by it.
      expect(names.length).toBeLessThanOrEqual(1)
      if (names.includes('set')) break
      expect(names[0]).toMatch(/^set\.partial-/)
    }
    expect(killed).toBeGreaterThan(0)
    await run(one, { format: 'kohya', out })
    expect(readdirSync(place)).toEqual(['set'])
    expect(manifestOf(out).contentHash).toBe(manifestOf(whole.out).contentHash)
  })
})
