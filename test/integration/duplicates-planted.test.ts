/** How many planted copies are found, on the sample and on real pictures: docs/duplicates.md. */
import { mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { ingest } from '../support/ingest.ts'
import { COPIES, plantAndFind } from '../support/planted.ts'
import type { Found } from '../support/planted.ts'
import { sharedData } from '../support/shared-data.ts'

const SAMPLE = resolve(import.meta.dirname, '../../resources/sample')

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()

/** Each picture is decoded some twenty times; PLANTED=all takes those that there are. */
const MOST = process.env['PLANTED'] === 'all' ? Infinity : 60
const MINUTES = 600_000

function some<T>(all: readonly T[]): T[] {
  const step = Math.max(1, all.length / MOST)
  return all.filter((_, i) => Math.floor(i / step) !== Math.floor((i - 1) / step))
}

/** The pictures that archives hold, each once, by their SHA-256. */
async function picturesOf(archives: string[]): Promise<{ name: string; bytes: Uint8Array }[]> {
  const path = join(mkdtempSync(join(tmpdir(), 'gleaner-planted-')), 'c.gleaner')
  ;(await ingest(path, archives, { images: 'archive' })).close()
  return filesBelow(join(path, 'blobs'))
    .filter((file) => statSync(file).size > 0)
    .map((file) => ({ name: basename(file), bytes: readFileSync(file) }))
}

function tell(title: string, all: Found): void {
  const { originals, leftOut, planted, plantedSame, joined, wrong } = all
  const found = COPIES.map(
    (copy) =>
      `${copy} ${planted[copy].found} (same colours ${plantedSame[copy].found}) of ${planted[copy].n}`,
  )
  console.log(
    `${title}: ${originals} pictures (left out ${JSON.stringify(leftOut)}); found ${found.join(', ')}; ` +
      `joined ${joined}, wrongly ${wrong.length}; colours ${JSON.stringify(all.otherColours)}, ` +
      `others ${JSON.stringify(all.ownColours)}`,
  )
}

/** What differs in colour alone is found and named, or told apart; other copies are neither. */
function expectColoursTold({ planted, plantedSame, otherColours, ownColours }: Found): void {
  expect(otherColours.n).toBeGreaterThan(10)
  expect(otherColours.named).toBeGreaterThanOrEqual(0.9 * otherColours.found)
  expect(otherColours.foundSame).toBeLessThanOrEqual(0.1 * otherColours.n)
  expect(ownColours.named).toBeLessThanOrEqual(0.02 * ownColours.found)
  for (const copy of ['resized', 'recompressed', 'cropped', 'mirrored'] as const) {
    expect(plantedSame[copy].found).toBeGreaterThanOrEqual(0.95 * planted[copy].found)
  }
}

const recall = ({ planted }: Found, copy: (typeof COPIES)[number]): number =>
  planted[copy].found / planted[copy].n

test(
  'planted copies of the pictures of the sample are found, and nothing else is joined',
  { timeout: MINUTES },
  async () => {
    const found = await plantAndFind(some(await picturesOf([SAMPLE])), [])
    tell('sample', found)
    expect(found.originals).toBeGreaterThan(20)
    for (const copy of COPIES) expect(recall(found, copy)).toBeGreaterThanOrEqual(0.9)
    expect(1 - found.wrong.length / found.joined).toBeGreaterThanOrEqual(0.95)
    expectColoursTold(found)
  },
)

/** Looked at: a screenshot with its small copy, and a logo in two sizes and colours. */
const COPIES_AS_THEY_COME: [string, string][] = [
  [
    '96ec7164613ee8c2560c3a0e033fcd01293ef96640d33463f7',
    '69ad95cf148e1c0f3ce037281456491554af2089a12f82d866',
  ],
  [
    '6b8239d69075a585283561a4e3acc22f6f4cf97c080cb335a7',
    '3213dc0f8da1529e0d83264171db4af38c1a12df70aa0fc766',
  ],
]

const real = sharedData('warc')
test.skipIf(real === null)(
  'planted copies of real pictures are found',
  { timeout: MINUTES },
  async () => {
    const archives = filesBelow(real as string).filter((file) => /\.warc(\.gz)?$/.test(file))
    const photographs = sharedData('pictures/img2dataset-tests')
    const pictures = [
      ...some(await picturesOf(archives)),
      ...filesBelow(photographs as string).map((file) => ({
        ...{ name: basename(file), bytes: readFileSync(file) },
      })),
    ]
    const known = COPIES_AS_THEY_COME.map(
      (pair) =>
        pair.map((end) => pictures.find(({ name }) => name.endsWith(end))?.name ?? end) as [
          string,
          string,
        ],
    )
    const found = await plantAndFind(pictures, known)
    tell('real', found)
    expect(found.originals).toBeGreaterThan(30)
    expect(recall(found, 'resized')).toBeGreaterThanOrEqual(0.9)
    expect(recall(found, 'recompressed')).toBeGreaterThanOrEqual(0.9)
    expect(recall(found, 'mirrored')).toBeGreaterThanOrEqual(0.9)
    expect(recall(found, 'cropped')).toBeGreaterThanOrEqual(0.9)
    expect(recall(found, 'recoloured')).toBeGreaterThanOrEqual(0.85)
    expect(found.wrong).toEqual([])
    expectColoursTold(found)
  },
)
