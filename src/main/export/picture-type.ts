/** By type: the extension that stands for it in a dataset. */
export const EXTENSIONS: Readonly<Record<string, string>> = {
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/webp': 'webp',
  'image/gif': 'gif',
  'image/bmp': 'bmp',
  'image/tiff': 'tiff',
}

const startsWith = (bytes: Uint8Array, ascii: string, at = 0): boolean => {
  if (bytes.length < at + ascii.length) return false
  for (let i = 0; i < ascii.length; i++) if (bytes[at + i] !== ascii.charCodeAt(i)) return false
  return true
}

/**
 * The type of a picture by its first bytes: a server's Content-Type and an address's extension are
 * often wrong. null = none that is known.
 */
export function sniffPicture(bytes: Uint8Array): string | null {
  if (startsWith(bytes, '\xff\xd8\xff')) return 'image/jpeg'
  if (startsWith(bytes, '\x89PNG\r\n\x1a\n')) return 'image/png'
  if (startsWith(bytes, 'GIF87a') || startsWith(bytes, 'GIF89a')) return 'image/gif'
  if (startsWith(bytes, 'RIFF') && startsWith(bytes, 'WEBP', 8)) return 'image/webp'
  if (startsWith(bytes, 'BM')) return 'image/bmp'
  if (startsWith(bytes, 'II*\0') || startsWith(bytes, 'MM\0*')) return 'image/tiff'
  if (startsWith(bytes, 'ftypavif', 4) || startsWith(bytes, 'ftypavis', 4)) return 'image/avif'
  if (startsWith(bytes, 'ftyp', 4)) return 'image/heif'
  if (startsWith(bytes, '\0\0\x01\0')) return 'image/x-icon'
  if (startsWith(bytes, '\xff\x0a') || startsWith(bytes, '\0\0\0\x0cJXL ')) return 'image/jxl'
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, 1024)).toLowerCase()
  if (head.includes('<svg')) return 'image/svg+xml'
  return null
}
