import { createFlatIndex } from '../../search/vectors/flat-index.ts'
import type { FlatIndex } from '../../search/vectors/flat-index.ts'
import type { RowFloats } from '../../search/vectors/row-floats.ts'
import { promptBaseStamp, readPromptBase } from '../../store/open-prompt-base.ts'
import type { PromptDb } from '../../store/open-prompt-base.ts'
import { keptPrompts, promptTextsAt } from '../../store/repositories/prompt-base.ts'
import type { PromptModel } from '../../store/repositories/prompt-base.ts'
import {
  eachPromptVector,
  promptVectorAt,
  withVector,
} from '../../store/repositories/prompt-vectors.ts'

/** A base, as a thread opens it. */
export interface AtBase {
  root: string
  name: string
}
/** Where rows lie: of which model of the base. */
export type Rows = Pick<PromptModel, 'id' | 'dim'>

/** The base as it is predicted from: prompts in use that both models have embedded, place by place. */
export interface BaseRows {
  size: number
  /** Rows of the picture-text model. */
  index: FlatIndex
  /** In the space of the prediction. */
  spaceDim: number
  /** One unit row of that space, valid until the next call. */
  spaceRow(place: number): Float32Array
  textsAt(places: ArrayLike<number>): string[]
}

/** A base that is read on demand: ids and codes of a byte a dimension are all that it holds. */
interface HeldBase {
  key: string
  ids: Int32Array
  /** Prompts in use that lack a row. */
  missing: number
  index: FlatIndex
  /** The connection of the work that goes on; none is held between two. */
  stored: { db: PromptDb | null }
}

/** Rows that are coded together. */
const ROWS = 1024

/** The last base that this thread read, as it was: a job asks for its batches one after the other. */
let held: HeldBase | null = null

/**
 * Works with a base. Codes find candidates; the exact rows of these and of the hits, and their texts,
 * are read from its database, so that memory grows by a byte a dimension of the picture-text model and
 * four bytes a prompt.
 * @param clip, space rows of the picture-text model, and of the space of the prediction
 */
export async function withBase<T>(
  at: AtBase,
  clip: Rows,
  space: Rows,
  work: (base: BaseRows & { idAt(place: number): number; missing: number }) => T | Promise<T>,
): Promise<T> {
  const db = readPromptBase(at.root, at.name)
  const key = JSON.stringify([at.root, at.name, promptBaseStamp(at.root, at.name), clip, space])
  try {
    if (held?.key !== key) {
      // What was held goes before more is read.
      held = null
      held = load(db, key, clip, space)
    }
    const { ids, index, missing, stored } = held
    stored.db = db
    const idAt = (place: number): number => ids[place] as number
    const row = new Float32Array(space.dim)
    return await work({
      ...{ size: ids.length, index, missing, idAt },
      spaceDim: space.dim,
      spaceRow: (place) => promptVectorAt(db, space.id, idAt(place), row),
      textsAt: (places) => promptTextsAt(db, Array.from(places, idAt)),
    })
  } finally {
    if (held) held.stored.db = null
    db.close()
  }
}

function load(db: PromptDb, key: string, clip: Rows, space: Rows): HeldBase {
  const kept = keptPrompts(db)
  const wanted = clip.id === space.id ? kept : withVector(db, space.id, kept)
  const ids = new Int32Array(wanted.length)
  const stored: HeldBase['stored'] = { db: null }
  const index = createFlatIndex({
    dimensions: clip.dim,
    floats: storedFloats(stored, clip, (row) => ids[row] as number),
  })
  let n = 0
  let waiting = 0
  const part = new Float32Array(ROWS * clip.dim)
  const flush = (): void => {
    index.add(part.subarray(0, waiting * clip.dim))
    waiting = 0
  }
  for (const { prompt, vector } of eachPromptVector(db, clip, wanted)) {
    ids[n++] = prompt
    part.set(vector, waiting++ * clip.dim)
    if (waiting === ROWS) flush()
  }
  flush()
  return { key, ids: ids.subarray(0, n), missing: kept.length - n, index, stored }
}

/** Exact rows where they lie: nothing is held of them. */
function storedFloats(
  stored: HeldBase['stored'],
  { id, dim }: Rows,
  idAt: (row: number) => number,
): RowFloats {
  const row = new Float32Array(dim)
  return {
    add: () => {},
    get(at) {
      if (!stored.db) throw new Error('rows of a prompt base are read while it is open')
      return promptVectorAt(stored.db, id, idAt(at), row)
    },
    bytes: row.byteLength,
  }
}

/** Rows of places one behind the other, to be averaged more than once. */
export function spaceRowsAt(
  base: Pick<BaseRows, 'spaceDim' | 'spaceRow'>,
  places: ArrayLike<number>,
): Float32Array {
  const out = new Float32Array(places.length * base.spaceDim)
  for (let i = 0; i < places.length; i++) {
    out.set(base.spaceRow(places[i] as number), i * base.spaceDim)
  }
  return out
}
