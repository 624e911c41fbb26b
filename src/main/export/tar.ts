const BLOCK = 512
/** Two empty blocks end an archive. */
export const TAR_END = new Uint8Array(2 * BLOCK)

/**
 * The header block of a plain file in POSIX ustar. Owner, time and mode are constants, so that the
 * same data give the same archive.
 * @param name ASCII, at most 100 bytes.
 * @param size bytes, below 8 GiB.
 */
export function tarHeader(name: string, size: number): Uint8Array {
  if (!/^[\x20-\x7e]{1,100}$/.test(name)) throw new RangeError(`tar: name not allowed: ${name}`)
  if (size >= 8 * 2 ** 30) throw new RangeError(`tar: ${name} is too large`)
  const header = Buffer.alloc(BLOCK)
  const octal = (value: number, at: number, length: number) =>
    header.write(value.toString(8).padStart(length - 1, '0'), at, 'latin1')
  header.write(name, 0, 'latin1')
  octal(0o644, 100, 8)
  octal(0, 108, 8)
  octal(0, 116, 8)
  octal(size, 124, 12)
  octal(0, 136, 12)
  header.write('        0', 148, 'latin1')
  header.write('ustar\x0000', 257, 'latin1')
  octal(0, 329, 8)
  octal(0, 337, 8)
  let sum = 0
  for (const byte of header) sum += byte
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return header
}

/** What fills a file of `size` bytes up to a whole block. */
export function tarPadding(size: number): Uint8Array {
  return new Uint8Array((BLOCK - (size % BLOCK)) % BLOCK)
}
