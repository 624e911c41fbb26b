/** Blobs that a power cut or a bad disk took are looked for again: in their archive, at their address. */
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sha256Of } from '../../src/main/files/digest.ts'
import { createPictureHost } from '../../src/main/images/host-client.ts'
import { picturesJob, runPictures } from '../../src/main/jobs/pictures/pictures.ts'
import { blobPath } from '../../src/main/store/blobs.ts'
import { openCorpus } from '../../src/main/store/open.ts'
import type { Corpus } from '../../src/main/store/open.ts'
import { getThumb } from '../../src/main/store/repositories/thumbs.ts'
import { ingest, jobContext } from '../support/ingest.ts'

const SAMPLE = resolve(import.meta.dirname, '../../resources/sample')

let folder: string
let archives: string
let made: string
let copies = 0
const open: Corpus[] = []

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lost-blobs-'))
  archives = join(folder, 'archives')
  cpSync(SAMPLE, archives, { recursive: true })
  made = join(folder, 'made.gleaner')
  ;(await ingest(made, [archives], { images: 'archive' })).close()
}, 60_000)
afterAll(() => {
  for (const corpus of open) corpus.close()
  rmSync(folder, { recursive: true, force: true })
})

function copied(): Corpus {
  const path = join(folder, `copy-${++copies}.gleaner`)
  cpSync(made, path, { recursive: true })
  const corpus = openCorpus(path)
  open.push(corpus)
  return corpus
}

interface Row {
  id: number
  sha256: string
  bytes: number
  attempts: number
}
const rows = (corpus: Corpus): Row[] =>
  corpus.writer.prepare<[], Row>("SELECT * FROM images WHERE status = 'ok' ORDER BY id").all()
const names = (corpus: Corpus): string[] => [...new Set(rows(corpus).map(({ sha256 }) => sha256))]
const reasons = (corpus: Corpus): unknown[] =>
  corpus.writer.prepare("SELECT reason FROM failures WHERE reason LIKE 'blob-%'").pluck().all()
const look = (corpus: Corpus, context = jobContext()): Promise<void> =>
  picturesJob.run({
    input: { corpus: corpus.path, images: 'archive', retryFailed: false },
    corpus,
    context,
    machine: null as never,
    isUnasked: false,
    goesOn: false,
  })
const wrong = (corpus: Corpus): string[] =>
  names(corpus).filter((sha256) => {
    const path = blobPath(corpus.path, sha256)
    return !existsSync(path) || sha256Of(readFileSync(path)) !== sha256
  })

test('blobs that are gone, empty or cut off come back from their archive', async () => {
  const corpus = copied()
  const [gone, empty, cut] = names(corpus).map((sha256) => blobPath(corpus.path, sha256)) as [
    string,
    string,
    string,
  ]
  rmSync(gone)
  truncateSync(empty)
  truncateSync(cut, 10)
  expect(wrong(corpus)).toHaveLength(3)
  const before = rows(corpus).map(({ id, sha256, bytes }) => ({ id, sha256, bytes }))
  await look(corpus)
  expect(wrong(corpus)).toEqual([])
  expect(rows(corpus).map(({ id, sha256, bytes }) => ({ id, sha256, bytes }))).toEqual(before)
  expect(reasons(corpus)).toEqual([])
})

test('a blob of the right size and other bytes is noticed when it is read, set aside, and comes back', async () => {
  const corpus = copied()
  const [sha256] = names(corpus) as [string]
  const path = blobPath(corpus.path, sha256)
  // What a power cut leaves on some file systems.
  writeFileSync(path, Buffer.alloc(readFileSync(path).length))
  const host = createPictureHost(jobContext().entries.pictureHost)
  try {
    expect(await host.decode({ path })).toMatchObject({ ok: false, reason: 'blob-damaged' })
  } finally {
    await host.close()
  }
  expect(existsSync(path)).toBe(false)
  expect(readdirSync(dirname(path)).some((name) => name.startsWith(`${sha256}.broken-`))).toBe(true)
  await look(corpus)
  expect(wrong(corpus)).toEqual([])
})

test('where the archive is gone too, what is known of a picture stays, and a failure says so once', async () => {
  const corpus = copied()
  const [sha256] = names(corpus) as [string]
  rmSync(blobPath(corpus.path, sha256))
  const before = rows(corpus)
  const away = join(folder, 'away')
  renameSync(archives, away)
  try {
    for (let n = 0; n < 2; n++) {
      const context = jobContext()
      await look(corpus, context)
      expect(context.warnings.join()).toMatch(/files of \d+ pictures are lost/)
      expect(rows(corpus)).toEqual(before)
      expect(reasons(corpus).length).toBe(before.filter((row) => row.sha256 === sha256).length)
    }
  } finally {
    renameSync(away, archives)
  }
  await look(corpus)
  expect(wrong(corpus)).toEqual([])
  expect(reasons(corpus)).toEqual([])
})

test('thumbnails that are gone are made again from the blobs, and no attempt is counted', async () => {
  const corpus = copied()
  const before = rows(corpus)
  corpus.thumbs.exec('DELETE FROM thumbs WHERE sha256 IN (SELECT sha256 FROM thumbs LIMIT 5)')
  await look(corpus)
  expect(names(corpus).every((sha256) => getThumb(corpus.thumbs, sha256) !== null)).toBe(true)
  expect(rows(corpus)).toEqual(before)
})

test('the pictures at the end of an ingest are looked for without a look at all that is there', async () => {
  const corpus = copied()
  const [sha256] = names(corpus) as [string]
  rmSync(blobPath(corpus.path, sha256))
  const input = { corpus: corpus.path, images: 'archive', retryFailed: false } as const
  await runPictures(corpus, input, jobContext())
  expect(wrong(corpus)).toEqual([sha256])
})
