/** A decoded picture; its memory goes when it is closed. */
export interface Decoded {
  readonly width: number
  readonly height: number
  close(): void
}
export type PictureState<P> =
  { state: 'loading' } | { state: 'failed' } | { state: 'ready'; picture: P }

/** Decoded at once; what is asked for first comes first. */
const PARALLEL = 3

export interface PictureShelf<P extends Decoded> {
  get(token: string): PictureState<P>
  /**
   * These are needed, the most urgent first; all others are closed.
   * @param least so many are kept whatever they weigh
   */
  want(tokens: readonly string[], least: number): void
  /** Tries again what could not be loaded. */
  retry(): void
  clear(): void
  /** Of the decoded pictures that are held (4 a pixel). */
  readonly bytes: number
}

export interface PictureShelfOptions<P extends Decoded> {
  load(token: string): Promise<P>
  /** Bytes of decoded pixels that may be held. */
  most: number
  onChange(token: string): void
}

/** Decoded pictures around the present one, within a number of bytes. */
export function createPictureShelf<P extends Decoded>(
  options: PictureShelfOptions<P>,
): PictureShelf<P> {
  const held = new Map<string, P>()
  const loading = new Set<string>()
  const failed = new Set<string>()
  let wanted: readonly string[] = []
  let least = 1
  let generation = 0

  const weight = (picture: P): number => picture.width * picture.height * 4
  const total = (): number => [...held.values()].reduce((sum, one) => sum + weight(one), 0)

  function drop(token: string): void {
    held.get(token)?.close()
    held.delete(token)
  }

  /** All pictures of a study have one size: as many as go beside each other. */
  function room(): number {
    const one = held.values().next().value
    return one ? Math.max(least, Math.floor(options.most / weight(one))) : least
  }

  function pump(): void {
    const now = wanted.slice(0, room())
    for (const token of held.keys()) if (!now.includes(token)) drop(token)
    for (const [i, token] of now.entries()) {
      // What is to be seen now never waits for what is read ahead.
      if (loading.size >= PARALLEL && i >= least) return
      if (held.has(token) || loading.has(token) || failed.has(token)) continue
      void load(token)
    }
  }

  async function load(token: string): Promise<void> {
    const mine = generation
    loading.add(token)
    try {
      const picture = await options.load(token)
      if (mine === generation && wanted.includes(token)) held.set(token, picture)
      else picture.close()
    } catch {
      if (mine === generation) failed.add(token)
    }
    if (mine !== generation) return
    loading.delete(token)
    pump()
    if (wanted.includes(token)) options.onChange(token)
  }

  return {
    get(token) {
      const picture = held.get(token)
      if (picture) return { state: 'ready', picture }
      return { state: failed.has(token) ? 'failed' : 'loading' }
    },
    want(tokens, atLeast) {
      wanted = [...new Set(tokens)]
      least = atLeast
      for (const token of failed) if (!wanted.includes(token)) failed.delete(token)
      pump()
    },
    retry() {
      failed.clear()
      pump()
    },
    clear() {
      generation++
      for (const token of held.keys()) drop(token)
      loading.clear()
      failed.clear()
      wanted = []
    },
    get bytes() {
      return total()
    },
  }
}

/**
 * Loads and decodes a picture of a study outside the document: nothing there ever bears its address.
 * @param url as `studyPictureUrl` makes it
 */
export async function loadPicture(url: string): Promise<ImageBitmap> {
  const image = new Image()
  // Not `decode()`: what that decodes stays in a cache of hundreds of MB, beside the bitmap.
  await new Promise((resolve, reject) => {
    image.onload = resolve
    image.onerror = reject
    image.src = url
  })
  return createImageBitmap(image)
}
