import { createHash, randomUUID } from 'node:crypto'
import { WARCRecord, WARCSerializer } from 'warcio'
import { payloadDigest } from './digest.ts'

/** A record to be written. */
export interface NewRecord {
  type: 'response' | 'request' | 'revisit' | 'resource' | 'metadata'
  /** `WARC-Record-ID` with its brackets; one of its own unless given. */
  id?: string
  /** What it is about. */
  url: string
  /** ISO; the time of the capture. */
  date: string
  /** Of the block; the usual one of the type unless given. */
  contentType?: string
  /** Further fields, in their order. */
  fields?: readonly (readonly [name: string, value: string])[]
  /** The block: for HTTP its head, then its body. */
  head?: Uint8Array
  body: Uint8Array
}

const VERSION = 'WARC/1.1'
const PAYLOAD = 'WARC-Payload-Digest'
/** As common crawlers write digests, so that theirs and ours can be compared. */
const OPTIONS = { gzip: true, digest: { algo: 'sha-1', prefix: 'sha1:', base32: true } } as const

export function newRecordId(): string {
  return `<urn:uuid:${randomUUID()}>`
}

/** The same parts give the same id: a name-based UUID of their SHA-256 (RFC 9562, version 8). */
export function namedRecordId(...parts: readonly string[]): string {
  const hash = createHash('sha256').update(JSON.stringify(parts)).digest('hex')
  const variant = ((Number.parseInt(hash[16] as string, 16) & 3) | 8).toString(16)
  const groups = [hash.slice(0, 8), hash.slice(8, 12), `8${hash.slice(13, 16)}`]
  groups.push(variant + hash.slice(17, 20), hash.slice(20, 32))
  return `<urn:uuid:${groups.join('-')}>`
}

/**
 * A record as a gzip member of its own (WARC 1.1): to be written at the end of an archive. Block
 * and payload carry their digests, but for the payload of a body that is not whole
 * (`WARC-Truncated`) and of a revisit, which names that of what it repeats.
 */
export async function recordMember(record: NewRecord): Promise<Uint8Array> {
  const { type, url, date, head, body } = record
  const fields = [...(record.fields ?? [])]
  const says = (name: string): boolean => fields.some(([field]) => field === name)
  const whole = type !== 'request' && type !== 'revisit' && !says('WARC-Truncated')
  if (whole) fields.push([PAYLOAD, payloadDigest(body)])
  if (record.contentType !== undefined) fields.push(['Content-Type', record.contentType])
  const made = WARCRecord.create(
    {
      // What would end the field is escaped.
      url: url.replace(/[\u0000-\u0020\u007f]/g, (letter) => encodeURIComponent(letter)),
      ...{ type, date, warcVersion: VERSION },
      warcHeaders: [
        ['WARC-Record-ID', record.id ?? newRecordId()],
        ...fields.map(([name, value]): [string, string] => [name, value]),
      ],
    },
    head ? [head, body] : [body],
  )
  // warcio would write HTTP fields as UTF-8; these are the bytes as they came.
  made.httpHeaders = null
  const serializer = new WARCSerializer(made, OPTIONS)
  const { headers } = made.warcHeaders
  const known = headers.has(PAYLOAD)
  // Where there is none warcio takes that of the whole block, which is no payload.
  if (!known) headers.set(PAYLOAD, '')
  await serializer.digestRecord()
  if (!known) {
    headers.delete(PAYLOAD)
    serializer.warcHeadersBuff = Buffer.from(made.warcHeaders.toString())
  }
  return serializer.readFully()
}

/** What an archive says of itself, as its first record. `info`: `application/warc-fields`. */
export async function warcinfoMember(about: {
  id: string
  filename: string
  date: string
  info: Readonly<Record<string, string>>
}): Promise<Uint8Array> {
  const { id, filename, date } = about
  const info = Object.fromEntries(
    // A line break would end the field.
    Object.entries(about.info).map(([name, value]) => [name, value.replace(/\s+/g, ' ').trim()]),
  )
  const record = WARCRecord.createWARCInfo(
    { filename, date, warcVersion: VERSION, warcHeaders: { 'WARC-Record-ID': id } },
    info,
  )
  return WARCSerializer.serialize(record, OPTIONS)
}
