import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'

/** A WARC 1.1 file, one gzip member a record (ISO 28500:2017). Same calls, same bytes. */
export class WarcWriter {
  readonly #parts: Buffer[] = []
  #count = 0

  /** Adds a record and returns its id. `headers` come after the obligatory ones, in order. */
  add(
    type: string,
    date: Date,
    headers: readonly (readonly [string, string])[],
    block: Buffer,
  ): string {
    const seed = createHash('sha1')
      .update(`${this.#count++} ${type} ${date.toISOString()} `)
      .update(block)
      .digest('hex')
    // A name-based UUID (RFC 9562 version 5 in shape), so that runs do not differ.
    const id = `<urn:uuid:${seed.slice(0, 8)}-${seed.slice(8, 12)}-5${seed.slice(13, 16)}-a${seed.slice(17, 20)}-${seed.slice(20, 32)}>`
    const lines = [
      'WARC/1.1',
      `WARC-Type: ${type}`,
      `WARC-Record-ID: ${id}`,
      `WARC-Date: ${date.toISOString().replace('.000Z', 'Z')}`,
      ...headers.map(([name, value]) => `${name}: ${value}`),
      `WARC-Block-Digest: ${sha1(block)}`,
      `Content-Length: ${block.length}`,
    ]
    const member = gzipSync(
      Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), block, Buffer.from('\r\n\r\n')]),
      { level: 9 },
    )
    // The operating system byte differs from machine to machine; 255 = unknown (RFC 1952).
    member[9] = 255
    this.#parts.push(member)
    return id
  }

  bytes(): Buffer {
    return Buffer.concat(this.#parts)
  }
}

/** `sha1:` and base32, as archives write it. */
export function sha1(bytes: Buffer): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  let bits = ''
  for (const byte of createHash('sha1').update(bytes).digest())
    bits += byte.toString(2).padStart(8, '0')
  return `sha1:${(bits.match(/.{5}/g) ?? []).map((five) => alphabet[Number.parseInt(five, 2)]).join('')}`
}
