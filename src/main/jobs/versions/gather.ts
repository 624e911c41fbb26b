import { setImmediate } from 'node:timers/promises'
import type { VersionCounts } from '#shared/contract/versions.ts'
import type { TextSource } from '#shared/domain.ts'
import { AppError } from '#shared/errors.ts'
import { isBlank } from '#shared/export-needs.ts'
import { pairLine } from '#shared/versions/pair-line.ts'
import type { VersionPair } from '#shared/versions/pair-line.ts'
import type { VersionRecipe } from '#shared/versions/recipe.ts'
import { placeOf } from '../../export/picture-place.ts'
import { createListHash, lineDigest } from '../../files/version-hash.ts'
import type { ListHash } from '../../files/version-hash.ts'
import type { ReaderDb } from '../../store/open.ts'
import { pairIdsOf } from '../../store/reads/score-ref.ts'
import { queryOf } from '../../store/reads/version-query.ts'
import { findModel, textKey } from '../../store/repositories/models.ts'
import { cosineReader, versionRows } from '../../store/repositories/version-rows.ts'
import { BLOCK_PAIRS, packBlock } from '../../store/repositories/versions.ts'
import type { VersionBlock } from '../../store/repositories/versions.ts'

/** Others get their turn after so many pairs. */
const TURN = 2048

export interface Gathered {
  blocks: VersionBlock[]
  list: ListHash
  counts: VersionCounts
}

interface Hooks {
  signal: AbortSignal
  progress(done: number, total: number, note: string): void
  /** Takes the pairs in place of blocks. */
  keep?: (pair: { id: number; line: string }) => void
}

interface Found {
  host: string
  pair: VersionPair
}

/**
 * The pairs that a recipe gives now, in order of id.
 * @throws AppError `canceled`, and as the filter
 */
export async function gatherVersion(
  db: ReaderDb,
  recipe: VersionRecipe,
  hooks: Hooks,
): Promise<Gathered> {
  const ids = pairIdsOf(db, queryOf(recipe))
  const find = pairFinder(db, recipe, ids)
  const leftOut: Record<string, number> = {}
  const leave = (reason: string, n = 1): void => {
    if (n > 0) leftOut[reason] = (leftOut[reason] ?? 0) + n
  }
  const chooses = recipe.onePerPicture || recipe.sample !== null
  const chosen = chooses ? await choosePairs(ids, find, recipe, hooks, leave) : null

  const list = createListHash()
  const blocks: VersionBlock[] = []
  const tally = createTally()
  let waiting: { id: number; line: string }[] = []
  for (let at = 0; at < ids.length; at++) {
    if (at % TURN === 0) await turn(hooks, at, ids.length, 'freezing')
    const id = ids[at] as number
    if (chosen && !chosen.has(id)) continue
    const found = find(id)
    if (!found) {
      if (!chosen) leave('no-text')
      continue
    }
    const line = pairLine(found.pair)
    list.add(line)
    tally.add(found)
    if (hooks.keep) {
      hooks.keep({ id, line })
      continue
    }
    waiting.push({ id, line })
    if (waiting.length < BLOCK_PAIRS) continue
    blocks.push(packBlock(waiting))
    waiting = []
  }
  if (waiting.length > 0) blocks.push(packBlock(waiting))
  return { blocks, list, counts: { matched: ids.length, leftOut, ...tally.counts() } }
}

async function turn(hooks: Hooks, done: number, total: number, note: string): Promise<void> {
  if (hooks.signal.aborted) throw new AppError('canceled', 'It was canceled.')
  hooks.progress(done, total, note)
  await setImmediate()
}

/**
 * Gives what a recipe keeps of a pair; undefined where it has no words.
 * @param ids those that will be asked for, rising: they are read ahead
 */
export function pairFinder(
  db: ReaderDb,
  recipe: Pick<VersionRecipe, 'texts' | 'scores'>,
  ids: Int32Array = new Int32Array(),
): (id: number) => Found | undefined {
  const row = versionRows(db, ids, recipe.texts)
  const model = recipe.scores === null ? null : findModel(db, recipe.scores).id
  const cosines = new Map(
    model === null
      ? []
      : recipe.texts.map((text) => [text, cosineReader(db, ids, model, textKey(db, text))]),
  )
  return (id) => {
    const found = row(id)
    if (!found) return undefined
    const source = recipe.texts.find((text) => {
      const words = found.texts[text]
      return words !== null && !isBlank(words)
    })
    if (source === undefined) return undefined
    const { url, file } = placeOf(found.image)
    return {
      host: found.host,
      pair: {
        page: found.page.toWellFormed(),
        date: found.date,
        place: found.place,
        image: (url ?? file ?? '').toWellFormed(),
        sha256: found.sha256,
        source,
        text: (found.texts[source] ?? '').toWellFormed(),
        cosine: cosines.get(source)?.(id) ?? null,
      },
    }
  }
}

/** What stands for a picture: its bytes, else its address. */
export function pictureOf({ sha256, image }: Pick<VersionPair, 'sha256' | 'image'>): string {
  return sha256 ?? ` ${image}`
}

/** One of each picture, then the draw: by content, so that every machine chooses the same. */
export async function choosePairs(
  ids: Int32Array,
  find: (id: number) => Found | undefined,
  recipe: Pick<VersionRecipe, 'onePerPicture' | 'sample'>,
  hooks: Hooks,
  leave: (reason: string, n?: number) => void,
): Promise<Set<number>> {
  const best = new Map<string, { id: number; cosine: number; digest: string }>()
  let withText = 0
  for (let at = 0; at < ids.length; at++) {
    if (at % TURN === 0) await turn(hooks, at, ids.length, 'choosing')
    const id = ids[at] as number
    const found = find(id)
    if (!found) {
      leave('no-text')
      continue
    }
    withText++
    const { pair } = found
    const cosine = pair.cosine ?? -Infinity
    const digest = lineDigest(
      `${recipe.sample?.seed ?? ''}\n${pairLine({ ...pair, cosine: null })}`,
    )
    const key = recipe.onePerPicture ? pictureOf(pair) : String(id)
    const other = best.get(key)
    const isBetter =
      !other || cosine > other.cosine || (cosine === other.cosine && digest < other.digest)
    if (isBetter) best.set(key, { id, cosine, digest })
  }
  leave('same-picture', withText - best.size)
  const kept = [...best.values()]
  if (recipe.sample === null || kept.length <= recipe.sample.n) {
    return new Set(kept.map(({ id }) => id))
  }
  kept.sort((a, b) => (a.digest < b.digest ? -1 : a.digest > b.digest ? 1 : a.id - b.id))
  leave('not-drawn', kept.length - recipe.sample.n)
  return new Set(kept.slice(0, recipe.sample.n).map(({ id }) => id))
}

/** Counts what a version holds. */
function createTally() {
  const pictures = new Set<string>()
  const hosts = new Set<string>()
  const texts: Partial<Record<TextSource, number>> = {}
  const cosines: number[] = []
  let held = 0
  return {
    add({ host, pair }: Found): void {
      pictures.add(pictureOf(pair))
      hosts.add(host)
      if (pair.sha256 !== null) held++
      if (pair.cosine !== null) cosines.push(pair.cosine)
      texts[pair.source] = (texts[pair.source] ?? 0) + 1
    },
    counts(): Omit<VersionCounts, 'matched' | 'leftOut'> {
      const sorted = Float64Array.from(cosines).sort()
      const n = sorted.length
      const middle = n >>> 1
      return {
        held,
        pictures: pictures.size,
        hosts: hosts.size,
        scored: n,
        cosine:
          n === 0
            ? null
            : {
                min: sorted[0] as number,
                mean: sorted.reduce((a, b) => a + b, 0) / n,
                median:
                  n % 2 === 1
                    ? (sorted[middle] as number)
                    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2,
                max: sorted[n - 1] as number,
              },
        texts: texts as Record<string, number>,
      }
    },
  }
}
