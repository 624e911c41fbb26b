import { lookup as dnsLookup } from 'node:dns/promises'
import { isIP, type LookupFunction, type Socket } from 'node:net'
import ipaddr from 'ipaddr.js'
import { buildConnector } from 'undici'

/** Every address of a name, as the system resolves it. */
export type Resolver = (hostname: string) => Promise<string[]>

/** Why an address is not asked for a picture. */
export class AddressError extends Error {
  /** `private-address`, `bad-address`, `port-not-allowed`. */
  readonly reason: string

  constructor(reason: string, detail: string) {
    super(detail)
    this.name = 'AddressError'
    this.reason = reason
  }
}

/** Ports above 1023 that browsers do not fetch from (the Fetch standard's "bad ports"). */
const BAD_PORTS = new Set([
  1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669,
  6679, 6697, 10080,
])

/**
 * Whether an IP address is one of the public internet. Everything that the registries set apart
 * is not: loopback, private, link-local, CGNAT, multicast, unique-local, documentation, and every
 * form of IPv6 that carries an IPv4 address inside (mapped, compatible, NAT64, 6to4, Teredo).
 */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 0) return false
  const parsed = ipaddr.parse(address)
  if (parsed.range() !== 'unicast') return false
  if (parsed.kind() === 'ipv4') return true
  // Global unicast is 2000::/3; the rest is unassigned or of old, such as ::127.0.0.1 and fec0::/10.
  const first = (parsed as ipaddr.IPv6).parts[0] ?? 0
  return first >> 13 === 1
}

/** http or https, no user name, a port that pictures are served from. Throws AddressError. */
export function checkUrl(address: string | URL): URL {
  let url: URL
  try {
    url = new URL(address)
  } catch {
    throw new AddressError('bad-address', 'not an absolute address')
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new AddressError('bad-address', `${url.protocol} is not fetched`)
  if (url.username !== '' || url.password !== '')
    throw new AddressError('bad-address', 'the address holds a user name')
  if (url.hostname === '') throw new AddressError('bad-address', 'no host')
  const port = Number(url.port)
  if (url.port !== '' && port !== 80 && port !== 443 && (port < 1024 || BAD_PORTS.has(port)))
    throw new AddressError('port-not-allowed', `port ${port}`)
  url.hash = ''
  return url
}

/** Throws AddressError for a host written as an IP address that may not be asked. */
export function checkLiteral(url: URL, allow: (address: string) => boolean): void {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (isIP(host) !== 0 && !allow(host)) throw new AddressError('private-address', host)
}

export const systemResolver: Resolver = async (hostname) =>
  (await dnsLookup(hostname, { all: true })).map(({ address }) => address)

/**
 * Connects only to addresses that were checked: the name is resolved here and the connection goes
 * to the very address that passed, so a second answer of the DNS cannot lead elsewhere.
 */
export function guardedConnector(options: {
  allow: (address: string) => boolean
  resolve: Resolver
  timeoutMs: number
}): buildConnector.connector {
  const lookup: LookupFunction = (hostname, asked, callback) => {
    options.resolve(hostname).then(
      (addresses) => {
        const good = addresses
          .filter((address) => isIP(address) !== 0 && options.allow(address))
          .map((address) => ({ address, family: isIP(address) }))
          .filter(({ family }) => !asked.family || asked.family === family)
        const first = good[0]
        if (!first) {
          const detail = addresses.length > 0 ? `${hostname} is ${addresses.join(', ')}` : ''
          const error =
            detail === ''
              ? Object.assign(new Error(`no address for ${hostname}`), { code: 'ENOTFOUND' })
              : new AddressError('private-address', detail)
          callback(error, asked.all ? [] : '', 0)
        } else if (asked.all) callback(null, good)
        else callback(null, first.address, first.family)
      },
      (error: NodeJS.ErrnoException) => callback(error, asked.all ? [] : '', 0),
    )
  }
  const connect = buildConnector({ timeout: options.timeoutMs, lookup })
  return (asked, callback) =>
    connect(asked, (...result) => {
      const socket: Socket | null = result[1]
      // Belt and braces: whatever led here, this is who is at the other end.
      if (socket?.remoteAddress !== undefined && !options.allow(socket.remoteAddress)) {
        const address = socket.remoteAddress
        socket.destroy()
        callback(new AddressError('private-address', address), null)
        return
      }
      callback(...result)
    })
}
