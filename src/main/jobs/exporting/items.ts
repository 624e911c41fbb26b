import type { Pair } from '#shared/domain.ts'
import { EXPORT_NEEDS, isBlank } from '#shared/export-needs.ts'
import type { VersionPair } from '#shared/versions/pair-line.ts'
import { examine } from '../../export/dataset.ts'
import { FORMATS } from '../../export/formats.ts'
import type { ExportItem, ExportRecipe } from '../../export/types.ts'
import { readSound } from '../../files/sound-blob.ts'
import { blobPath } from '../../store/blobs.ts'
import type { ReaderDb } from '../../store/open.ts'
import { pairsByIds } from '../../store/repositories/pairs.ts'
import type { ExportSource } from './source.ts'

/** Pairs read at once. */
const PAGE = 500
/** Pictures that are being read while one is written. */
const READ_AHEAD = 8
/** Pairs that are tried until one can be exported. */
const MOST_TRIED = 1000

export interface Reading {
  db: ReaderDb
  corpusPath: string
  source: ExportSource
  recipe: ExportRecipe
  partOf: (id: number) => ExportItem['split']
}

export async function* readItems(reading: Reading): AsyncGenerator<ExportItem, void, void> {
  const { db, source } = reading
  for (let at = 0; at < source.ids.length; at += PAGE) {
    const page = pairsByIds(db, source.ids.subarray(at, at + PAGE))
    const items: ExportItem[] = []
    for (let i = 0; i < page.length; i++) {
      while (items.length < Math.min(page.length, i + READ_AHEAD)) {
        items.push(makeItem(page[items.length] as Pair, reading))
      }
      yield items[i] as ExportItem
      // What was handed over is not held: its picture may be large.
      delete items[i]
    }
  }
}

/**
 * The first pair with a score that can be exported, where the first of all has none: readers that
 * tell the type of `similarity` by the first rows would take it for one without values.
 */
export async function firstScored(reading: Reading): Promise<ExportItem | null> {
  const { source, recipe } = reading
  const format = FORMATS[recipe.format]
  if (!recipe.model || !format.needs.text) return null
  const firstOf = async (ids: Iterable<number>, isScored: boolean): Promise<ExportItem | null> => {
    let tried = 0
    for (const id of ids) {
      if (tried++ === MOST_TRIED) break
      const [pair] = pairsByIds(reading.db, [id])
      if (!pair) continue
      const item = makeItem(pair, reading)
      if (isScored && item.cosine === null) continue
      if (typeof (await examine(item, format)) !== 'string') return item
    }
    return null
  }
  const first = await firstOf(source.ids, false)
  if (!first || first.cosine !== null) return null
  return firstOf(source.scored(), true)
}

export async function* scoredFirst(
  first: ExportItem | null,
  items: AsyncIterable<ExportItem>,
): AsyncGenerator<ExportItem, void, void> {
  if (first) yield first
  for await (const item of items) if (item.pair.id !== first?.pair.id) yield item
}

/** Begins to read the picture at once, if it will be asked for. */
function makeItem(found: Pair, { corpusPath, source, recipe, partOf }: Reading): ExportItem {
  const frozen = source.frozen?.(found.id) ?? null
  const pair = frozen ? asFrozen(found, frozen, recipe) : found
  const { sha256, status } = pair.image
  const texts = recipe.texts ?? [recipe.text]
  const taken =
    frozen?.source ?? texts.find((text) => !isBlank(pair.text[text] ?? '')) ?? recipe.text
  const text = pair.text[taken]
  const score = pair.scores.find((one) => one.model === recipe.model?.id && one.text === taken)
  const split = partOf(pair.id)
  const base = {
    ...{ pair, text, source: text === null ? null : taken },
    cosine: frozen ? frozen.cosine : (score?.cosine ?? null),
    ...(split ? { split } : {}),
  }
  if (status !== 'ok' || sha256 === null) return { ...base, picture: null }
  const path = blobPath(corpusPath, sha256)
  if (EXPORT_NEEDS[recipe.format].pictures === null || text === null || text === '') {
    return { ...base, picture: () => readSound(path) }
  }
  const bytes = readSound(path)
  // Whoever asks gets the error; nobody may ask.
  bytes.catch(() => undefined)
  return { ...base, picture: () => bytes }
}

/** A pair as its version knows it: text, score and the bytes of its picture are those of then. */
function asFrozen(pair: Pair, frozen: VersionPair, recipe: ExportRecipe): Pair {
  const isSame = pair.image.sha256 === frozen.sha256
  const others = pair.scores.filter(
    (one) => one.model !== recipe.model?.id || one.text !== frozen.source,
  )
  return {
    ...pair,
    image: isSame
      ? pair.image
      : {
          ...pair.image,
          status: frozen.sha256 === null ? 'missing' : 'ok',
          sha256: frozen.sha256,
          ...{ width: null, height: null, mime: null, error: null },
        },
    text: { ...pair.text, [frozen.source]: frozen.text },
    scores:
      recipe.model && frozen.cosine !== null
        ? [...others, { model: recipe.model.id, text: frozen.source, cosine: frozen.cosine }]
        : others,
  }
}
