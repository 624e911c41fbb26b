import { pictureType } from '#shared/picture-type.ts'

/** By type: the extension that stands for it in a dataset. */
export const EXTENSIONS: Readonly<Record<string, string>> = {
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/webp': 'webp',
  'image/gif': 'gif',
  'image/bmp': 'bmp',
  'image/tiff': 'tiff',
}

/** The type of a picture by its first bytes, SVG included. null = none that is known. */
export function sniffPicture(bytes: Uint8Array): string | null {
  const type = pictureType(bytes)
  if (type !== null) return type
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, 1024)).toLowerCase()
  return head.includes('<svg') ? 'image/svg+xml' : null
}
