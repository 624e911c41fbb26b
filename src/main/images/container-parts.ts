import { decodeLoose } from './text-encoding.ts'

/** What a container holds beside the picture, EXIF and XMP aside: those libvips finds itself. */
export interface ContainerParts {
  comments: string[]
  /** Content Credentials, as they stand in the file. */
  credentials: Uint8Array | null
}

const MAX_SEGMENTS = 10_000
const MAX_COMMENTS = 16

/** The comments and Content Credentials (APP11) of a JPEG, up to where its data begin. */
export function readJpegParts(bytes: Uint8Array): ContainerParts {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const comments: string[] = []
  const boxes: Buffer[] = []
  let at = 2
  for (let n = 0; n < MAX_SEGMENTS && at + 4 <= file.length && file[at] === 0xff; n++) {
    const marker = file[at + 1] as number
    // Fill bytes may stand before a marker.
    if (marker === 0xff) {
      at++
      continue
    }
    if (marker === 0xda || marker === 0xd9) break
    const end = at + 2 + file.readUInt16BE(at + 2)
    const data = file.subarray(at + 4, end)
    if (marker === 0xfe && comments.length < MAX_COMMENTS) comments.push(decodeLoose(data))
    // `JP`, a box number and a sequence number; long boxes go on in the next segment (ISO 19566-5).
    if (marker === 0xeb && data.toString('latin1', 0, 2) === 'JP') boxes.push(data.subarray(8))
    at = end
  }
  return { comments, credentials: boxes.length === 0 ? null : Buffer.concat(boxes) }
}

/** The Content Credentials of a WebP (a `C2PA` chunk of RIFF). */
export function readWebpParts(bytes: Uint8Array): ContainerParts {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 12
  for (let n = 0; n < MAX_SEGMENTS && at + 8 <= file.length; n++) {
    const length = file.readUInt32LE(at + 4)
    if (file.toString('latin1', at, at + 4) === 'C2PA') {
      return { comments: [], credentials: file.subarray(at + 8, at + 8 + length) }
    }
    // Chunks are padded to an even length.
    at += 8 + length + (length % 2)
  }
  return { comments: [], credentials: null }
}
