import type { PictureComplexityValue } from '#shared/contract/jobs/complexity.ts'
import { seededRandom } from '#shared/random.ts'
import { DIVERSITY_ROWS } from '../../evaluation/measures/diversity.ts'
import { drawRows } from '../../evaluation/measures/kid.ts'
import { COMPLEXITY_SIDE, pictureComplexity } from '../../evaluation/measures/picture-complexity.ts'
import type { PictureHost } from '../../images/host-client.ts'
import { blobPath } from '../../store/blobs.ts'
import type { Corpus } from '../../store/open.ts'
import type { JobContext } from '../run/job.ts'
import type { CorpusEncoder } from './corpus-features.ts'
import { runMeasureTask } from './measure-calls.ts'

export interface PicturesWork {
  corpus: Corpus
  pictures: PictureHost
  /** null: their diversity is not measured. */
  encoder: CorpusEncoder | null
  /** Pictures that are drawn at most. */
  most: number
  seed: number
  /** Which pictures they are, for the one who waits. */
  note: string
  ctx: JobContext
}

/** How complex a seeded draw of pictures is; they are named by their SHA-256 and lie in the corpus. */
export async function measurePictures(
  kept: readonly string[],
  { corpus, pictures, encoder, most, seed, note, ctx }: PicturesWork,
): Promise<PictureComplexityValue> {
  const rows = drawRows(kept.length, Math.min(kept.length, most), seededRandom(seed))
  const drawn = Array.from(rows, (row) => kept[row] as string)
  const leftOut: Record<string, number> = {}
  let [entropy, edges, n] = [0, 0, 0]
  const batch = pictures.parallel * 2
  for (let at = 0; at < drawn.length; at += batch) {
    ctx.signal.throwIfAborted()
    ctx.progress({ done: at, total: drawn.length, unit: 'pictures', note })
    const part = drawn.slice(at, at + batch)
    const found = await Promise.all(
      part.map((sha256) =>
        pictures.pixels({ path: blobPath(corpus.path, sha256) }, COMPLEXITY_SIDE),
      ),
    )
    for (const one of found) {
      if (!one.ok) {
        leftOut[one.reason] = (leftOut[one.reason] ?? 0) + 1
        continue
      }
      const measured = pictureComplexity(one)
      entropy += measured.entropy
      edges += measured.edgeDensity
      n++
    }
  }
  const features = encoder
    ? await encoder(drawn.slice(0, DIVERSITY_ROWS), ctx.signal, (done, total) =>
        ctx.progress({ done, total, unit: 'pictures', note: `embeddings, ${note}` }),
      )
    : null
  return {
    available: kept.length,
    n,
    leftOut,
    entropy: n === 0 ? null : entropy / n,
    edgeDensity: n === 0 ? null : edges / n,
    diversity:
      features === null
        ? null
        : await runMeasureTask(
            ctx.entries.measureWorker,
            'diversity',
            { features },
            { signal: ctx.signal, graceMs: 0 },
          ),
  }
}
