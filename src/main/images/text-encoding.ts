const strictUtf8 = new TextDecoder('utf-8', { fatal: true })

/** UTF-8 where the bytes are valid as such, else Latin-1; zeros at the end are taken off. */
export function decodeLoose(bytes: Uint8Array): string {
  const end = endOf(bytes)
  const text = bytes.subarray(0, end)
  try {
    return strictUtf8.decode(text)
  } catch {
    // Not TextDecoder('latin1'): that is windows-1252.
    return Buffer.from(text.buffer, text.byteOffset, text.byteLength).toString('latin1')
  }
}

function endOf(bytes: Uint8Array): number {
  let end = bytes.length
  while (end > 0 && bytes[end - 1] === 0) end--
  return end
}

/**
 * A value of EXIF that begins with eight bytes for its character code (Exif 3.0, 4.6.6 UserComment).
 * Under `UNICODE` lie UTF-16 in either byte order, whatever the order of the file, or UTF-8,
 * depending on the program; the one that reads as text is taken.
 */
export function decodeUserComment(bytes: Uint8Array, bigEndian: boolean): string {
  const code = Buffer.from(bytes.subarray(0, 8)).toString('latin1')
  const body = bytes.subarray(8)
  if (code === 'UNICODE\0') return decodeUnicode(body, bigEndian)
  if (code === 'ASCII\0\0\0' || code === '\0\0\0\0\0\0\0\0') return decodeLoose(body)
  if (code === 'JIS\0\0\0\0\0') return new TextDecoder('iso-2022-jp').decode(body)
  return decodeLoose(bytes)
}

/** Which encoding a text is in, told by where its zeros stand: half the bytes of ASCII in UTF-16. */
function decodeUnicode(body: Uint8Array, bigEndian: boolean): string {
  const [a, b] = body
  if (a === 0xfe && b === 0xff) return utf16(body.subarray(2), true)
  if (a === 0xff && b === 0xfe) return utf16(body.subarray(2), false)
  let even = 0
  let odd = 0
  for (let i = 0; i + 1 < body.length; i += 2) {
    if (body[i] === 0) even++
    if (body[i + 1] === 0) odd++
  }
  if (even === 0 && odd === 0) {
    // No zeros: UTF-8, or a text of characters that are all beyond Latin.
    const utf8 = tryUtf8(body)
    if (utf8 !== null) return utf8
  }
  if (even !== odd) return utf16(body, even > odd)
  return utf16(body, bigEndian)
}

function tryUtf8(body: Uint8Array): string | null {
  try {
    return strictUtf8.decode(body)
  } catch {
    return null
  }
}

export function utf16(body: Uint8Array, bigEndian: boolean): string {
  const even = body.subarray(0, body.length - (body.length % 2))
  return new TextDecoder(bigEndian ? 'utf-16be' : 'utf-16le').decode(even).replace(/\0+$/, '')
}
