import type { Pixels } from '../../images/decode.ts'

/** A picture of a corpus that has no fingerprint yet. */
export interface MissingPicture {
  sha256: string
  width: number
  height: number
}

/** What is known of one that was looked at. */
export type SeenPicture = MissingPicture & { pixels: Pixels | null; reason: string | null }
