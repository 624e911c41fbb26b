/** What a picture may cost. The web is hostile: every one of these is met in practice. */
export interface PictureLimits {
  /** Longest file that is looked at, bytes. */
  maxBytes: number
  /** Largest picture that is decoded, pixels of one frame, by what its header declares. */
  maxPixels: number
  /** Longest a decoder may work on one picture, seconds. */
  seconds: number
}

/** 120 megapixels hold every photograph on the web; a bomb of 20,000 x 20,000 has 400. */
export const DEFAULT_LIMITS: PictureLimits = {
  maxBytes: 100_000_000,
  maxPixels: 120_000_000,
  seconds: 30,
}

/** Longest side of a thumbnail, pixels. */
export const THUMBNAIL_SIZE = 320

/**
 * The decoding process ends itself beyond this much memory, bytes. Headers do not tell everything:
 * a 0.5 MB SVG with a PNG inside took 3.5 GB.
 */
export const HOST_MEMORY = 1_500_000_000
