/**
 * Addresses of the web in one spelling: for finding what a page names in what a crawler wrote down.
 * Pure; knows nothing of archives.
 */

/** Unreserved characters of RFC 3986, 2.3: their escapes mean themselves. */
const UNRESERVED = /^[A-Za-z0-9\-._~]$/
/** An address of nothing but what every spelling has in common. */
const PLAIN = /^https?:\/\/(?:[a-z0-9-]+\.)+[a-z][a-z0-9-]*\/[A-Za-z0-9\-._~!$&()*+,;=:@/?]*$/
/** Dot segments, and hosts that may not be valid. */
const NEEDS_PARSER = /\/\.|\/\/xn--|\.xn--/

/**
 * The normal form of an address, by which two spellings of it are known to be one: parsed and
 * serialised as the URL standard says (host in lower case and punycode, default port, dot segments,
 * spaces and letters beyond ASCII escaped as UTF-8), then RFC 3986, 6.2.2 (escapes in upper case,
 * those of unreserved characters undone; what may not stand in an address unescaped is escaped).
 * Without fragment. What does not parse comes back as it is, without white space around it.
 */
export function normalAddress(address: string): string {
  if (PLAIN.test(address) && !NEEDS_PARSER.test(address)) return address
  const url = URL.parse(address)
  if (!url) return address.trim()
  url.hash = ''
  const { href } = url
  // Behind the host, which has rules of its own.
  const start = url.host === '' ? 0 : href.indexOf('/', href.indexOf('//') + 2)
  if (start < 0) return href
  return href.slice(0, start) + normalEscapes(href.slice(start))
}

function normalEscapes(text: string): string {
  if (!/[%"<>[\\\]^`{|}]/.test(text)) return text
  return text.replace(/%[0-9a-f]{2}|["<>[\\\]^`{|}]/gi, (part) => {
    const code = part.length === 3 ? Number.parseInt(part.slice(1), 16) : part.charCodeAt(0)
    const character = String.fromCharCode(code)
    return UNRESERVED.test(character)
      ? character
      : `%${code.toString(16).toUpperCase().padStart(2, '0')}`
  })
}

/** A host name in the form that addresses have: lower case, punycode. */
export function normalHost(host: string): string {
  if (/^(?:[a-z0-9-]+\.)*[a-z][a-z0-9-]*$/.test(host) && !/(?:^|\.)xn--/.test(host)) return host
  return URL.parse(`http://${host}/`)?.hostname ?? host.toLowerCase()
}

/** The host of an http(s) address in its normal form, '' if there is none. */
export function hostOf(url: string): string {
  const match = /^https?:\/\/(?:[^/?#@\\]*@)?(\[[^\]]*\]|[^/?#:\\]*)/i.exec(url.trim())
  return match?.[1] ? normalHost(match[1]) : ''
}

/** How an address, or a part of one, may be written: as typed, normal, with escapes, without. */
export function addressSpellings(part: string): string[] {
  const spellings = new Set([part])
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(part)) spellings.add(normalAddress(part))
  // Characters that may stand in a part as they are, whatever it is a part of.
  spellings.add(part.replace(/[^\x21-\x7e]+/g, (text) => encodeURIComponent(text.toWellFormed())))
  try {
    spellings.add(decodeURIComponent(part))
  } catch {
    // No UTF-8 behind its escapes: they stay.
  }
  return [...spellings]
}
