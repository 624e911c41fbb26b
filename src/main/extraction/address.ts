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
 */
export function makeResolver(pageUrl: string, baseHref: string | null): Resolver {
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
      const url = href === '' ? URL.parse(address) : URL.parse(address, href)
      if (!url) return null
      url.hash = ''
      return url.href
    },
  }
}
