import { checkLiteral, checkUrl } from './address.ts'
import type { FetchOptions } from './fetch-options.ts'
import type { Host } from './host-queue.ts'
import { getOnce, type FailedHop, type GetOptions } from './http-get.ts'
import { ROBOTS_MAX_BYTES, parseRobots, type RobotsRules } from './opt-out.ts'

const LONGEST_CRAWL_DELAY_S = 30

/**
 * Reads the robots.txt of an origin once; a Crawl-delay in it makes the pauses of its host longer.
 * A failure instead of rules: nobody knows what is forbidden.
 */
export function robotsReader(
  get: GetOptions,
  options: Pick<FetchOptions, 'maxRedirects' | 'allowAddress'>,
): (url: URL, host: Host) => Promise<RobotsRules | FailedHop> {
  /** RFC 9309: what is not there forbids nothing; what cannot be reached forbids all for now. */
  async function fetchRobots(of: URL): Promise<RobotsRules | FailedHop> {
    let url = new URL('/robots.txt', of)
    const nothing = parseRobots('')
    for (let hops = 0; hops <= options.maxRedirects; hops++) {
      const hop = await getOnce(url, {
        ...get,
        accept: 'text/plain,*/*;q=0.5',
        maxBytes: ROBOTS_MAX_BYTES,
        cut: true,
      })
      if (hop.kind === 'body') return parseRobots(new TextDecoder().decode(hop.bytes))
      if (hop.kind === 'failed') {
        if (hop.status !== null && hop.status >= 400 && hop.status < 500 && hop.status !== 429)
          return nothing
        // The reason is the host's, unless it is the file's own.
        return hop.status === null
          ? hop
          : { ...hop, reason: 'robots-txt-unreachable', hostDown: true }
      }
      try {
        url = checkUrl(new URL(hop.location, url))
        checkLiteral(url, options.allowAddress)
      } catch {
        return nothing
      }
    }
    return nothing
  }

  return function robotsOf(url: URL, host: Host): Promise<RobotsRules | FailedHop> {
    let rules = host.robots.get(url.origin)
    if (!rules) {
      rules = fetchRobots(url).then((found) => {
        // A passing failure is not the site's word: the next picture asks again.
        if ('kind' in found) host.robots.delete(url.origin)
        else if (found.crawlDelay !== null) {
          const seconds = Math.min(found.crawlDelay, LONGEST_CRAWL_DELAY_S)
          host.delayMs = Math.max(host.delayMs, seconds * 1000)
        }
        return found
      })
      host.robots.set(url.origin, rules)
    }
    return rules
  }
}
