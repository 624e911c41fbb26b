import type { ContentCredentials } from '#shared/picture-metadata.ts'

/** Longest manifest store that is looked at, bytes. */
const MAX_STORE = 32 << 20
const MAX_FINDS = 50

/**
 * What the manifest store of Content Credentials (C2PA: JUMBF with CBOR inside) says of the origin:
 * found by its keys, without reading the boxes and without verifying any signature.
 */
export function readCredentials(store: Uint8Array): ContentCredentials {
  const bytes = Buffer.from(store.buffer, store.byteOffset, Math.min(store.byteLength, MAX_STORE))
  const source = textAfter(bytes, 'digitalSourceType')
  return {
    digitalSourceType: /\/([A-Za-z]{1,64})$/.exec(source ?? '')?.[1] ?? null,
    generator: textAfter(bytes, 'claim_generator') ?? nameOf(bytes),
  }
}

/** C2PA 2: `claim_generator_info` is a map, or a list of one, with a `name`. */
function nameOf(bytes: Buffer): string | null {
  const at = bytes.indexOf('claim_generator_info', 0, 'latin1')
  return at < 0 ? null : textAfter(bytes.subarray(at, at + 512), 'name')
}

/** The first text string of CBOR (RFC 8949, major type 3) that follows a key. */
function textAfter(bytes: Buffer, key: string): string | null {
  let from = 0
  for (let n = 0; n < MAX_FINDS; n++) {
    const found = bytes.indexOf(key, from, 'latin1')
    if (found < 0) return null
    from = found + key.length
    const text = textAt(bytes, from)
    if (text !== null) return text
  }
  return null
}

function textAt(bytes: Buffer, start: number): string | null {
  const head = bytes[start]
  if (head === undefined || head >> 5 !== 3) return null
  let length = head & 31
  let at = start + 1
  if (length === 24) length = bytes[at++] ?? 0
  else if (length === 25 && at + 2 <= bytes.length) {
    length = bytes.readUInt16BE(at)
    at += 2
  } else if (length > 24) return null
  const text = bytes.toString('utf8', at, at + Math.min(length, 500)).trim()
  return text === '' ? null : text
}
