import { createHash } from 'node:crypto'
import type { RevisitTarget } from './types.ts'

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/**
 * The digest that `WARC-Payload-Digest` holds: `sha1:` and the SHA-1 in base32 (RFC 4648, 32
 * letters) over the body with its transfer coding undone and its content coding kept (see
 * `storedPayload`). Writers disagree about chunked bodies; compare leniently.
 */
export function payloadDigest(body: Uint8Array): string {
  const bytes = createHash('sha1').update(body).digest()
  let out = 'sha1:'
  let bits = 0
  let held = 0
  for (const byte of bytes) {
    held = (held << 8) | byte
    bits += 8
    while (bits >= 5) {
      out += BASE32[(held >>> (bits - 5)) & 31]
      bits -= 5
    }
    held &= (1 << bits) - 1
  }
  return out
}

/** What a revisit record (its header fields) points to. */
export function revisitTarget(record: { headers: Map<string, string> }): RevisitTarget {
  return {
    url: bare(record.headers.get('warc-refers-to-target-uri')),
    date: record.headers.get('warc-refers-to-date') ?? null,
    payloadDigest: record.headers.get('warc-payload-digest') ?? null,
  }
}

function bare(uri: string | undefined): string | null {
  if (!uri) return null
  return uri.startsWith('<') && uri.endsWith('>') ? uri.slice(1, -1) : uri
}
