import { closeSync, openSync, writeSync } from 'node:fs'
import type { CallIo } from '../../processes/peer.ts'
import { COARSE, VIEWS } from '../../search/duplicates/fingerprint.ts'
import type { Fingerprint } from '../../search/duplicates/fingerprint.ts'
import { createMatcher } from '../../search/duplicates/perceptual.ts'
import type { Sure } from '../../search/duplicates/perceptual.ts'
import { createTextMatcher, plainText, shinglesOf } from '../../search/duplicates/texts.ts'
import { openReader } from '../../store/open.ts'
import type { ReaderDb } from '../../store/open.ts'
import { readDuplicates } from '../../store/open-duplicates.ts'
import type { DuplicatesDb } from '../../store/open-duplicates.ts'
import { getEmbedding, keyFromHex } from '../../store/repositories/embeddings.ts'
import { findModel, textKey } from '../../store/repositories/models.ts'
import { pairsOfPictures } from '../../store/repositories/picture-set.ts'
import { eachText } from '../../store/repositories/text-draw.ts'
import { coarseOf, sureOf } from '../../store/repositories/duplicate-files.ts'
import { coarseTable, sureReader } from './fingerprint-table.ts'
import type { LeakInput, LeakLine, Leaks, PairsOf, TestPicture } from './leak-calls.ts'
import { embeddedModel, pictureIndex } from './picture-index.ts'

type Io = CallIo<{ done: number; total: number; note: string }>
/** Copies of one thing of the test set that are listed. */
const MOST = 100

interface Work {
  input: LeakInput
  db: ReaderDb
  write(line: Omit<LeakLine, 'kind'>): void
  progress(done: number, total: number): void
}

type Counts = Omit<Leaks, 'lines' | 'found'>

/** What of a test set stands in a training set, as JSON Lines. */
export function findLeaks(input: LeakInput, io: Io): Leaks {
  const db = openReader(input.train.path)
  const out = openSync(input.out, 'a')
  const found = new Set<string>()
  let lines = 0
  const work: Work = {
    ...{ input, db },
    write(line) {
      found.add(line.test.name)
      lines++
      const { kind, parts } = input
      writeSync(out, `${JSON.stringify({ kind, ...(parts ? { parts } : {}), ...line })}\n`)
    },
    progress: (done, total) => {
      if (done % 256 === 0) void io.emit({ done, total, note: 'comparing with the training set' })
    },
  }
  try {
    const counts = COMPARE[input.kind](work)
    return { ...counts, found: found.size, lines }
  } finally {
    closeSync(out)
    db.close()
  }
}

const COMPARE = { exact, perceptual, semantic, text } as const

/** The pictures of the test set, each once. */
function testPictures({ test }: LeakInput): TestPicture[] {
  if ('pictures' in test) return test.pictures
  if ('texts' in test) throw new Error('texts are no pictures')
  return withReader(test, (db) =>
    [...pairsOfPictures(db, test.ids)].map(([sha256, { url, pairs }]) => ({
      ...{ name: url, pairs, sha256 },
    })),
  )
}

function withReader<T>({ path }: PairsOf, work: (db: ReaderDb) => T): T {
  const db = openReader(path)
  try {
    return work(db)
  } finally {
    db.close()
  }
}

function exact({ input, db, write }: Work): Counts {
  const train = pairsOfPictures(db, input.train.ids)
  const test = testPictures(input)
  for (const one of test) {
    const same = train.get(one.sha256)
    if (!same) continue
    const { url, pairs } = same
    write({
      test: one,
      train: { name: url, pairs, sha256: one.sha256 },
      ...{ distance: 0, view: null, colour: null },
    })
  }
  return { train: train.size, test: test.length, leftOut: [] }
}

function perceptual({ input, db, write, progress }: Work): Counts {
  const trained = pairsOfPictures(db, input.train.ids)
  const names = [...trained.keys()].map((sha256) => ({ sha256 }))
  const found = readDuplicates(input.train.path, (files) => {
    const { coarse, names: known, leftOut } = coarseTable(files, names)
    const everything = testPictures(input)
    const { prints, without } = printsOf(input, everything, files)
    const test = everything.filter(({ sha256 }) => prints.has(sha256))
    // The same bytes are a copy, also where a picture is too small or too plain to be compared.
    for (const one of everything) {
      const same = prints.has(one.sha256) ? undefined : trained.get(one.sha256)
      if (!same) continue
      const train = { name: same.url, pairs: same.pairs, sha256: one.sha256 }
      write({ test: one, train, distance: 0, view: 'whole', colour: 0 })
    }
    const words = VIEWS * COARSE
    const all = new Uint32Array(coarse.length + test.length * words)
    all.set(coarse)
    test.forEach(({ sha256 }, i) =>
      all.set(prints.get(sha256)?.coarse ?? [], coarse.length + i * words),
    )
    const sureOfTrained = sureReader(files, known)
    const sureOfEither = (i: number): Sure =>
      i < known.length
        ? sureOfTrained(i)
        : (prints.get((test[i - known.length] as TestPicture).sha256) as Sure)
    const { threshold, colours } = input
    const matcher = createMatcher({ coarse: all, sureOf: sureOfEither, threshold, colours })
    matcher.lead(known.map((_, i) => i))
    for (const [i, one] of test.entries()) {
      progress(i, test.length)
      for (const found of matcher.findAll(known.length + i).slice(0, MOST)) {
        const { leader, distance, view, colour } = found
        const sha256 = known[leader] as string
        const { url, pairs } = trained.get(sha256) ?? { url: '', pairs: [] }
        write({ test: one, train: { name: url, pairs, sha256 }, distance, view, colour })
      }
    }
    return {
      ...{ train: trained.size, test: everything.length },
      leftOut: [...named(leftOut, 'training set'), ...named(without, 'test set')],
    }
  })
  return found ?? { train: 0, test: 0, leftOut: [] }
}

type Reasons = Counts['leftOut']

/** Of pictures of the test set; those of the same corpus have theirs already. */
function printsOf(
  input: LeakInput,
  pictures: readonly TestPicture[],
  files: DuplicatesDb,
): { prints: Map<string, Fingerprint>; without: Reasons } {
  const prints = new Map<string, Fingerprint>()
  const reasons = new Map<string, number>()
  const leave = (reason: string): void => void reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
  if (isWithin(input)) {
    for (const { sha256 } of pictures) {
      const found = coarseOf(files, sha256) ?? { reason: 'not-looked-at' }
      if ('reason' in found) leave(found.reason)
      else prints.set(sha256, { ...found, ...sureOf(files, sha256) })
    }
  }
  for (const { sha256, print, reason } of input.seen) {
    if (print) prints.set(sha256, print)
    else leave(reason)
  }
  return { prints, without: [...reasons].map(([reason, n]) => ({ reason, n })) }
}

/** Whether the test set is pairs of the corpus itself. */
const isWithin = ({ train, test }: LeakInput): boolean => 'ids' in test && test.path === train.path

const named = (reasons: Reasons, whose: string): Reasons =>
  reasons.map(({ reason, n }) => ({ reason: `${whose}, ${reason}`, n }))

function semantic({ input, db, write, progress }: Work): Counts {
  const model = embeddedModel(db, input.model)
  const trained = pairsOfPictures(db, input.train.ids)
  const { index, names } = pictureIndex(
    db,
    model.id,
    [...trained.keys()].map((sha256) => ({ sha256 })),
  )
  const { test } = input
  if (!('ids' in test)) throw new Error('only a corpus has embeddings')
  const pictures = testPictures(input)
  let compared = 0
  withReader(test, (other) => {
    const modelId = findModel(other, model.digest).id
    for (const [i, one] of pictures.entries()) {
      progress(i, pictures.length)
      const key = keyFromHex(one.sha256)
      const vector = getEmbedding(other, { modelId, kind: 'image', key })
      if (!vector) continue
      compared++
      const { rows, cosines } = index.search(vector, MOST)
      for (const [rank, row] of rows.entries()) {
        const cosine = cosines[rank] as number
        if (cosine < input.threshold) break
        const sha256 = names[row] as string
        const { url, pairs } = trained.get(sha256) ?? { url: '', pairs: [] }
        write({
          test: one,
          train: { name: url, pairs, sha256 },
          ...{ distance: Math.max(0, 1 - cosine), view: null, colour: null },
        })
      }
    }
  })
  const without = [
    { reason: 'training set, no-embedding', n: trained.size - names.length },
    { reason: 'test set, no-embedding', n: pictures.length - compared },
  ]
  return { train: names.length, test: compared, leftOut: without.filter(({ n }) => n > 0) }
}

function text({ input, db, write, progress }: Work): Counts {
  const trained = textsOf(db, input, input.train.ids)
  const texts = [...trained.keys()]
  const matcher = createTextMatcher(input.threshold)
  for (const [i, plain] of texts.entries()) matcher.lead(i, shinglesOf(plain))
  const tested = testTexts(input)
  let done = 0
  for (const [plain, about] of tested) {
    progress(done++, tested.size)
    const found = matcher.find(shinglesOf(plain))
    if (!found) continue
    const name = texts[found.leader] as string
    write({
      test: { name: plain, ...about, sha256: null },
      train: { name, pairs: trained.get(name) ?? [], sha256: null },
      ...{ distance: 1 - found.similarity, view: null, colour: null },
    })
  }
  return { train: trained.size, test: tested.size, leftOut: [] }
}

/** Plain texts of the test set, each once, with the pairs of its corpus or the rows of its table. */
function testTexts(input: LeakInput): Map<string, { pairs: number[]; rows?: number[] }> {
  const { test } = input
  if ('pictures' in test) throw new Error('pictures have no texts')
  const found = new Map<string, { pairs: number[]; rows?: number[] }>()
  if ('ids' in test) {
    const texts = withReader(test, (other) => textsOf(other, input, test.ids))
    for (const [plain, pairs] of texts) found.set(plain, { pairs })
    return found
  }
  for (const { text: words, rows } of test.texts) {
    const plain = plainText(words)
    if (plain === '') continue
    const known = found.get(plain)?.rows
    if (known) known.push(...rows)
    else found.set(plain, { pairs: [], rows: [...rows] })
  }
  return found
}

/** Plain texts, each once, with their pairs. */
function textsOf(
  db: ReaderDb,
  { text: source }: LeakInput,
  ids: Int32Array,
): Map<string, number[]> {
  const wanted = new Set(ids)
  const found = new Map<string, number[]>()
  for (const { id, text: words } of eachText(db, textKey(db, source))) {
    const plain = wanted.has(id) ? plainText(words) : ''
    if (plain === '') continue
    const pairs = found.get(plain)
    if (pairs) pairs.push(id)
    else found.set(plain, [id])
  }
  return found
}
