import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ExportInput, ImportInput } from '#shared/contract/jobs.ts'
import { runExport } from '../../src/main/jobs/export.ts'
import { runImport } from '../../src/main/jobs/import/import.ts'
import { createCorpus, openCorpus } from '../../src/main/store/open.ts'
import type { Corpus } from '../../src/main/store/open.ts'
import { ensureModel } from '../../src/main/store/repositories/models.ts'
import { putScoreOrigin } from '../../src/main/store/repositories/score-origins.ts'
import { scoreSources } from '../../src/main/store/repositories/scores.ts'
import { jobContext } from '../support/ingest.ts'

let folder: string
let corpus: Corpus
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gleaner-origin-'))
  createCorpus(join(folder, 'a.gleaner'))
  corpus = openCorpus(join(folder, 'a.gleaner'))
  const file = join(folder, 'theirs.csv')
  const rows = [1, 2, 3].map((i) => `https://t.example/${i}.png,text ${i},0.${20 + i}`)
  writeFileSync(file, `URL,TEXT,similarity\n${rows.join('\n')}\n`)
  const input = { corpus: corpus.path, inputs: [file], images: 'none', modelName: 'theirs' }
  await runImport(corpus, ImportInput.parse(input), jobContext())
})
afterEach(() => {
  corpus.close()
  rmSync(folder, { recursive: true, force: true })
})

test('which model imported scores are from can be said, is exported, and taken back', async () => {
  const source = () => scoreSources(corpus.reader)[0]
  expect(source()).toMatchObject({ model: 'theirs', imported: true, origin: null })
  putScoreOrigin(corpus.writer, 'theirs', 'Xenova/clip-vit-base-patch32')
  expect(source()).toMatchObject({ origin: 'Xenova/clip-vit-base-patch32' })

  const out = join(folder, 'out')
  const asked = { corpus: corpus.path, format: 'jsonl', text: 'alt', out, where: 'score>=0.2' }
  await runExport(corpus, ExportInput.parse(asked), jobContext())
  const { recipe } = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')) as {
    recipe: { model: unknown }
  }
  expect(recipe.model).toMatchObject({ id: 'theirs', saidToBe: 'Xenova/clip-vit-base-patch32' })

  putScoreOrigin(corpus.writer, 'theirs', null)
  expect(source()).toMatchObject({ origin: null })
})

test('scores that were made here name their model themselves', () => {
  ensureModel(corpus.writer, {
    digest: 'ab'.repeat(32),
    name: 'own',
    title: 'Own',
    manifest: JSON.stringify({ family: 'clip' }),
  })
  expect(() => putScoreOrigin(corpus.writer, 'own', 'another')).toThrow(/were made here/)
  expect(() => putScoreOrigin(corpus.writer, 'nobody', 'another')).toThrow(/no scores of a model/)
})

test('a manifest that cannot be read hides no scores', () => {
  for (const broken of ['{"family', 'null', '7']) {
    corpus.writer.prepare('UPDATE models SET manifest = ?').run(broken)
    expect(scoreSources(corpus.reader)[0]).toMatchObject({ n: 3, imported: false, origin: null })
  }
})
