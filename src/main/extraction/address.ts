import { escapeQuery, outputEncoding } from './encodings.ts'

/** Characters that the URL standard leaves as they are, in an address without dot segments. */
const PLAIN_ABSOLUTE = /^https?:\/\/(?:[a-z0-9-]+\.)+[a-z][a-z0-9-]*\/[\w\-.~!$&()*+,;=:@%/?]*$/
const PLAIN_PATH = /^\/[\w\-.~!$&()*+,;=:@%/?]*$/
/** Dot segments, also as they may be escaped; and hosts that are encoded names. */
const NEEDS_PARSER = /\/\.|%2e|\/\/xn--|\.xn--/i

/** Resolves the addresses of one page. */
export interface Resolver {
  /** The base address, `<base href>` applied. */
  readonly base: string
  /**
   * An attribute's value (references decoded) as a browser resolves it, without fragment.
   * null where it does not parse.
   */
  resolve(address: string): string | null
}

/**
 * @param baseHref the first `<base href>`, resolved against the page's own address
 * @param charset of the page: queries are escaped in it
 */
export function makeResolver(
  pageUrl: string,
  baseHref: string | null,
  charset = 'utf-8',
): Resolver {
  const encoding = outputEncoding(charset)
  const inUtf8 = encoding === 'utf-8'
  const page = URL.parse(pageUrl)
  let base = page
  if (baseHref !== null) {
    const own = page ? URL.parse(baseHref, page.href) : URL.parse(baseHref)
    if (own && own.protocol !== 'data:' && own.protocol !== 'javascript:') base = own
  }
  const href = base?.href ?? ''
  const origin = base && /^https?:$/.test(base.protocol) ? base.origin : null
  return {
    base: href,
    resolve(address) {
      if (PLAIN_ABSOLUTE.test(address) && !NEEDS_PARSER.test(address)) return address
      if (
        origin !== null &&
        PLAIN_PATH.test(address) &&
        address.charCodeAt(1) !== 0x2f &&
        !NEEDS_PARSER.test(address)
      ) {
        return origin + address
      }
      const escaped = inUtf8 ? address : withEscapedQuery(address, encoding)
      const url = href === '' ? URL.parse(escaped) : URL.parse(escaped, href)
      if (!url) return null
      url.hash = ''
      return url.href
    },
  }
}

/** The path of an address is escaped as UTF-8 whatever the page is written in, its query is not. */
function withEscapedQuery(address: string, encoding: string): string {
  if (!/[^\0-\x7f]/.test(address)) return address
  // As the parser of the standard begins.
  const clean = address.replace(/^[\0- ]+|[\0- ]+$|[\t\n\r]+/g, '')
  const hash = clean.indexOf('#')
  const bare = hash < 0 ? clean : clean.slice(0, hash)
  const query = bare.indexOf('?') + 1
  return query === 0 ? bare : bare.slice(0, query) + escapeQuery(bare.slice(query), encoding)
}
