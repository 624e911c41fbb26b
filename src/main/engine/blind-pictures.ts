import { setTimeout as sleep } from 'node:timers/promises'
import type { PictureAnswer } from '#shared/contract/pictures.ts'
import { AppError } from '#shared/errors.ts'
import { createPictureHost, type PictureHost } from '../images/host-client.ts'
import type { Entries } from '../jobs/run/entries.ts'
import { blobPath } from '../store/blobs.ts'
import type { Corpus } from '../store/open.ts'
import { imageByToken } from '../store/repositories/study-tasks.ts'

/**
 * Answers come at multiples of this after they were asked for, in ms: how long a picture takes to
 * decode would tell its format, and so its model.
 */
const STEP_MS = 50

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

  async function make(corpus: Corpus, token: string): Promise<PictureAnswer> {
    const found = imageByToken(corpus.reader, token)
    if (!found) throw new AppError('not-found', `There is no picture ${token} in a study.`)
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
      try {
        return await make(corpus, token)
      } finally {
        const passed = performance.now() - started
        await sleep(Math.ceil(passed / STEP_MS) * STEP_MS - passed)
      }
    },
    close: async () => {
      await host?.close()
      host = null
    },
  }
}
