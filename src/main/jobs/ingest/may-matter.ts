import type { WarcRecord } from '../../warc/index.ts'

const HTTP_STATUS = /^HTTP\/\d+(?:\.\d+)?[ \t]+(\d{3})(?!\d)/i

const HTTP_TYPE = /^content-type:[ \t]*([^\r\n;,]*)/im

const NEVER =
  /^(?:text\/(?!html)|application\/(?!xhtml|octet-stream|unknown|x-unknown)|video\/|audio\/|font\/)/i

/**
 * Whether a block can hold a page or a picture, by a look at its head: most of an archive is
 * neither, and need not be copied to another thread. In doubt, it may.
 */
export function mayMatter(record: WarcRecord): boolean {
  const { block } = record
  if (block.length === 0) return record.type === 'revisit'
  const head = Buffer.from(block.buffer, block.byteOffset, Math.min(block.length, 4096))
  const end = head.indexOf('\r\n\r\n')
  const text = head.toString('latin1', 0, end < 0 ? head.length : end)
  const status = HTTP_STATUS.exec(text)?.[1]
  if (status === undefined) return !NEVER.test(ownType(record))
  if (/^30[12378]$/.test(status)) return true
  if (record.type !== 'revisit' && status !== '200' && !status.startsWith('1')) return false
  if (status.startsWith('1')) return true
  const type = HTTP_TYPE.exec(text)?.[1]?.trim() ?? ''
  if (record.type === 'revisit' && /^text\/html|^application\/xhtml/i.test(type)) return false
  return !NEVER.test(type)
}

/** Of a resource, its own; a record around HTTP says nothing about what is in it. */
function ownType(record: WarcRecord): string {
  const type = record.headers.get('content-type') ?? ''
  return /^application\/http/i.test(type) ? '' : type
}
