import { setTimeout as sleep } from 'node:timers/promises'
import type { PictureAnswer } from '#shared/contract/pictures.ts'
import { AppError } from '#shared/errors.ts'
import { createPictureHost, type PictureHost } from '../images/host-client.ts'
import type { Entries } from '../jobs/run/entries.ts'
import { blobPath } from '../store/blobs.ts'
import type { Corpus } from '../store/open.ts'
import { imageByToken, largestPicture, type BlindImage } from '../store/repositories/study-tasks.ts'

/**
 * Answers come at multiples of this after they were asked for, in ms, for each begun number of pixels
 * of the study's largest picture: how long a picture takes to decode would tell its format, and so
 * its model. Four times what a PNG of 1024 x 1024 pixels takes on a slow core; `test/bench/rating.ts`
 * measures it. The window reads ahead, so that nobody waits for it.
 */
const STEP_MS = 250
const STEP_PIXELS = 2 << 20
/** At most this long, however large the pictures and slow the machine. */
const MOST_STEP_MS = 2000
/** Pictures that were made last; a machine that is busy with other things is slow for a while. */
const RECENT = 32
/** A picture may take so many times as long as the slowest of these but two. */
const HEADROOM = 1.5
const OUTLIERS = 2

/**
 * Milliseconds at whose multiples a study's pictures are answered.
 * @param recentMs how long pictures took to make of late, of whatever model
 */
export function stepOf(largestPixels: number, recentMs: readonly number[] = []): number {
  const bySize = Math.ceil(largestPixels / STEP_PIXELS)
  const slow = [...recentMs].sort((a, b) => b - a)[OUTLIERS] ?? 0
  const bySpeed = Math.ceil((HEADROOM * slow) / STEP_MS)
  return Math.min(MOST_STEP_MS, STEP_MS * Math.max(1, bySize, bySpeed))
}

export interface BlindPictures {
  /**
   * A picture of a study for who must not know where it comes from: decoded and written anew at the
   * study's one size, as BMP, so that of all pictures nothing differs but the pixels: no metadata,
   * no name, no length, and no time.
   * @throws AppError `not-found`, `damaged`; a failure takes as long as a picture
   */
  get(corpus: Corpus, token: string): Promise<PictureAnswer>
  close(): Promise<void>
}

export function createBlindPictures(entries: Pick<Entries, 'pictureHost'>): BlindPictures {
  let host: PictureHost | null = null
  /** Pixels, by uid: a frozen study's pictures stay what they are. */
  const largest = new Map<string, number>()
  const recent: number[] = []
  /** The first waits for the start of the host. */
  let isWarm = false

  function stepFor(corpus: Corpus, study: string): number {
    const pixels = largest.get(study) ?? largestPicture(corpus.reader, study)
    largest.set(study, pixels)
    return stepOf(pixels, recent)
  }

  async function make(corpus: Corpus, found: BlindImage, token: string): Promise<PictureAnswer> {
    host ??= createPictureHost(entries.pictureHost)
    const { width, height } = found
    const made = await host.uniform(
      { path: blobPath(corpus.path, found.sha256) },
      { width, height, format: 'bmp' },
    )
    if (made.ok) return { mime: 'image/bmp', bytes: made.bytes }
    throw new AppError('damaged', `Picture ${token} cannot be shown: ${made.reason}.`)
  }

  return {
    async get(corpus, token) {
      const started = performance.now()
      const found = imageByToken(corpus.reader, token)
      if (!found) throw new AppError('not-found', `There is no picture ${token} in a study.`)
      const step = stepFor(corpus, found.study)
      const wasWarm = isWarm
      try {
        return await make(corpus, found, token)
      } finally {
        const passed = performance.now() - started
        if (wasWarm) recent.push(passed)
        if (recent.length > RECENT) recent.shift()
        isWarm = true
        await sleep(Math.ceil(passed / step) * step - passed)
      }
    },
    close: async () => {
      await host?.close()
      host = null
      isWarm = false
    },
  }
}
