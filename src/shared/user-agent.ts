import { SOFTWARE_VERSION } from './version.ts'

/** `Gleaner/1.2 (contact)`: who asks, as a server's log shows it. */
export function userAgent(contact: string | null, version = SOFTWARE_VERSION): string {
  // A header is ASCII; whatever else somebody typed is left out.
  const clean = (contact ?? '').replace(/[^\x20-\x7e]/g, '').trim()
  return `Gleaner/${version} (image-text data sets${clean === '' ? '' : `; ${clean}`})`
}
