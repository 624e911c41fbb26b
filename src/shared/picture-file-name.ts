/** The endings of pictures by their media type; others have none that a system would run. */
const ENDINGS: Readonly<Record<string, string>> = {
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/gif': 'gif',
  'image/webp': 'webp',
  'image/avif': 'avif',
  'image/heic': 'heic',
  'image/tiff': 'tif',
  'image/bmp': 'bmp',
  'image/svg+xml': 'svg',
  'image/jxl': 'jxl',
  'image/jp2': 'jp2',
  'image/vnd.microsoft.icon': 'ico',
}
const LONGEST = 80
/** Names that Windows keeps for devices. */
const DEVICES = /^(?:con|prn|aux|nul|com\d|lpt\d)$/i

export function pictureEnding(mime: string | null): string {
  return ENDINGS[mime ?? ''] ?? 'picture'
}

/**
 * A name for a picture's file: as its address calls it, without anything that is not a letter, a
 * digit or one of `._- `, and with the ending of what it is. An address is a stranger's: it says
 * neither where a file goes nor what kind it is.
 * @param sha256 names it where its address does not
 */
export function pictureFileName(url: string, mime: string | null, sha256: string): string {
  const last = /([^/?#]*)(?:[?#].*)?$/s.exec(url)?.[1] ?? ''
  let name = last
  try {
    name = decodeURIComponent(last)
  } catch {
    // Not escaped as an address is: taken as it stands.
  }
  const stem = name
    .normalize('NFC')
    .replace(/\.[^.]{1,5}$/, '')
    .replace(/[^\p{L}\p{N}._ -]+/gu, '-')
    .replace(/^[. -]+/, '')
    .slice(0, LONGEST)
    .replace(/[\ud800-\udbff]$/, '')
    .replace(/[. -]+$/, '')
  const whole = stem === '' || DEVICES.test(stem) ? `picture-${sha256.slice(0, 12)}` : stem
  return `${whole}.${pictureEnding(mime)}`
}
