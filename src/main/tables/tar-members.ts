import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { readError } from '../files/read-error.ts'

export interface TarMember {
  offset: number
  /** Bytes. */
  size: number
}

const BLOCK = 512
/** Long names and extended headers are never larger. */
const MAX_EXTRA = 1 << 20
const PICTURE = /\.(jpe?g|jfif|png|gif|webp|avif|bmp|tiff?)$/i
/** Shards whose members are held, some 100 bytes each. */
const MOST_OPEN = 8

const indexes = new Map<string, Promise<Map<string, TarMember>>>()

/**
 * Where a member of a tar lies, by its name, or by its name without the extension of a picture
 * (a key of img2dataset); null where there is none. A shard's headers are read once.
 * @throws AppError `not-found`, `io`
 */
export async function memberOfTar(path: string, name: string): Promise<TarMember | null> {
  let index = indexes.get(path)
  if (!index) {
    index = indexTar(path)
    index.catch(() => indexes.delete(path))
    indexes.set(path, index)
    if (indexes.size > MOST_OPEN) indexes.delete(indexes.keys().next().value as string)
  }
  return (await index).get(name) ?? null
}

/** ustar with its prefix, names of GNU and of pax. A tar that is cut or damaged is read up to there. */
async function indexTar(path: string): Promise<Map<string, TarMember>> {
  let file: FileHandle
  try {
    file = await open(path, 'r')
  } catch (error) {
    throw readError(path, error)
  }
  try {
    const members = new Map<string, TarMember>()
    const { size: end } = await file.stat()
    let longName: string | null = null
    for (let at = 0; at + BLOCK <= end;) {
      const { buffer: header } = await file.read(Buffer.alloc(BLOCK), 0, BLOCK, at)
      if (header.every((byte) => byte === 0)) break
      const size = sizeOf(header)
      if (size === null) break
      const type = String.fromCharCode(header[156] as number)
      const offset = at + BLOCK
      at = offset + Math.ceil(size / BLOCK) * BLOCK
      if (type === 'L' || type === 'x') {
        const length = Math.min(size, MAX_EXTRA)
        const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset)
        const extra = buffer.toString('utf8', 0, bytesRead)
        longName = type === 'L' ? textOf(extra) : (/ path=([^\n]*)\n/.exec(extra)?.[1] ?? longName)
        continue
      }
      if ((type === '0' || type === '\0') && offset + size <= end) {
        const name = (longName ?? nameOf(header)).replace(/^\.\//, '')
        const member = { offset, size }
        members.set(name, member)
        const key = name.replace(PICTURE, '')
        if (key !== name && !members.has(key)) members.set(key, member)
      }
      longName = null
    }
    return members
  } catch (error) {
    throw readError(path, error)
  } finally {
    await file.close()
  }
}

function nameOf(header: Buffer): string {
  const name = textOf(header.toString('utf8', 0, 100))
  const isUstar = header.toString('latin1', 257, 262) === 'ustar'
  const prefix = isUstar ? textOf(header.toString('utf8', 345, 500)) : ''
  return prefix === '' ? name : `${prefix}/${name}`
}

function sizeOf(header: Buffer): number | null {
  const digits = textOf(header.toString('latin1', 124, 136)).trim()
  return /^[0-7]{1,12}$/.test(digits) ? Number.parseInt(digits, 8) : null
}

/** Up to the first NUL. */
function textOf(text: string): string {
  const end = text.indexOf('\0')
  return end < 0 ? text : text.slice(0, end)
}
