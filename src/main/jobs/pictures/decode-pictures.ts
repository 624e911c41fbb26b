import type { Decoded, PictureHost } from '../../images/host-client.ts'
import { hasBlob } from '../../store/blobs.ts'
import type { Corpus } from '../../store/open.ts'
import { knownPicture } from '../../store/repositories/picture-queue.ts'
import { hasThumb } from '../../store/repositories/thumbs.ts'
import type { Thumb } from '../../store/repositories/thumbs.ts'

/** Digests whose decoding is remembered; older ones are looked up in the corpus. */
const REMEMBERED = 20_000

/** The decoding of one distinct picture. */
export type Seen =
  | { ok: true; mime: string; width: number; height: number; thumb: Thumb | null }
  | { ok: false; reason: string; detail: string }

export type Decoder = (sha256: string, picture: Uint8Array | { path: string }) => Promise<Seen>

/** Decodes each distinct picture once: by memory, by what the corpus knows, by the host. */
export function createDecoder(corpus: Corpus, host: PictureHost): Decoder {
  const recent = new Map<string, Promise<Seen>>()

  async function look(sha256: string, picture: Uint8Array | { path: string }): Promise<Seen> {
    const known = knownPicture(corpus.writer, sha256)
    if (known && hasThumb(corpus.thumbs, sha256) && hasBlob(corpus.path, sha256))
      return { ok: true, mime: known.mime, width: known.width, height: known.height, thumb: null }
    return toSeen(await host.decode(picture))
  }

  return (sha256, picture) => {
    let seen = recent.get(sha256)
    if (!seen) {
      seen = look(sha256, picture)
      recent.set(sha256, seen)
      // The thumbnail goes with the first who asked; it need not be held for the others.
      const slim = seen.then((one) => {
        // The file was wrong, not the picture: its bytes may come from elsewhere.
        if (!one.ok && one.reason === 'blob-damaged') recent.delete(sha256)
        return one.ok ? { ...one, thumb: null } : one
      })
      slim.catch(() => {})
      const mine = seen
      mine.then(
        () => recent.has(sha256) && recent.set(sha256, slim),
        () => recent.delete(sha256),
      )
      if (recent.size > REMEMBERED) recent.delete(recent.keys().next().value as string)
    }
    return seen
  }
}

function toSeen(decoded: Decoded): Seen {
  if (!decoded.ok) return decoded
  const { info, thumbnail } = decoded
  return {
    ok: true,
    mime: info.mime,
    width: info.width,
    height: info.height,
    thumb: {
      width: thumbnail.width,
      height: thumbnail.height,
      mime: 'image/webp',
      bytes: thumbnail.webp,
    },
  }
}
