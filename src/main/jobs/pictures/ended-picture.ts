import type { NewCapture } from '../../store/repositories/captures.ts'
import type {
  PictureOutcome,
  QueuedPicture,
  SettledPicture,
} from '../../store/repositories/picture-queue.ts'
import type { Thumb } from '../../store/repositories/thumbs.ts'
import type { Seen } from './decode-pictures.ts'

/** How one picture ended, with what has to be kept of it. */
export interface Ended {
  settled: SettledPicture
  /** Not yet in the corpus. */
  blob: { sha256: string; bytes: Uint8Array } | null
  thumb: { sha256: string; thumb: Thumb } | null
}

/** What was kept of the requests for it. */
export interface Kept {
  captures: NewCapture[]
  /** The last answer. */
  last: { archiveId: number; offset: number } | null
}

/** The same, with what was kept of its requests. */
export function withRecords(ended: Ended, kept: Kept): Ended {
  const { captures, last } = kept
  return { ...ended, settled: { ...ended.settled, captures, record: last } }
}

/** Found and decoded. @param bytes null where the corpus has them already */
export function endedWell(
  picture: QueuedPicture,
  seen: Seen & { ok: true },
  sha256: string,
  length: number,
  source: string,
  bytes: Uint8Array | null,
): Ended {
  const { mime, width, height, thumb } = seen
  const { id } = picture
  const outcome = { id, status: 'ok', sha256, mime, width, height, bytes: length, source } as const
  return {
    settled: { url: picture.url, before: picture.status, outcome, detail: null },
    blob: bytes && { sha256, bytes },
    thumb: thumb && { sha256, thumb },
  }
}

/** Not had. @param error the reason, short and stable, for counting */
export function endedBadly(
  picture: QueuedPicture,
  status: 'failed' | 'refused' | 'missing',
  error: string,
  detail: string | null,
  source: string,
): Ended {
  const outcome: PictureOutcome = { id: picture.id, status, error, source }
  return {
    settled: { url: picture.url, before: picture.status, outcome, detail },
    blob: null,
    thumb: null,
  }
}

/** Not where it was looked for. */
export function endedMissing(picture: QueuedPicture, reason: string, place: string): Ended {
  return endedBadly(picture, 'missing', reason, null, place)
}
