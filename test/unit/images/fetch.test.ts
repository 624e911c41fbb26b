import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterEach, expect, test } from 'vitest'
import type { Clock, FetchOptions } from '../../../src/main/images/fetch-options.ts'
import { userAgent } from '#shared/user-agent.ts'
import type { FetchOutcome } from '../../../src/main/images/fetch-outcome.ts'
import { fetchPictures } from '../../../src/main/images/fetch.ts'
import { flat } from './samples.ts'

type Handler = (request: IncomingMessage, response: ServerResponse) => void
const servers: Server[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})

/** A server of our own; robots.txt is not there unless the handler has one. Returns its port. */
async function serve(handler: Handler, log: string[] = [], robots = false): Promise<number> {
  const server = createServer((request, response) => {
    if (request.url === '/robots.txt' && !robots) {
      response.writeHead(404).end()
      return
    }
    log.push(request.url ?? '')
    handler(request, response)
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

const LOCAL: Partial<FetchOptions> = {
  perHostDelayMs: 0,
  retryDelayMs: 5,
  timeoutMs: 2000,
  allowAddress: () => true,
  resolve: () => Promise.resolve(['127.0.0.1']),
}

/** Ten times as fast as the clock on the wall. */
const FAST: Clock = {
  now: () => performance.now() * 10,
  after(ms, then) {
    const timer = setTimeout(then, ms / 10)
    return () => clearTimeout(timer)
  },
}

async function fetchAll(
  lists: string[][],
  options: Partial<FetchOptions> = {},
  signal = new AbortController().signal,
): Promise<FetchOutcome[]> {
  const outcomes: FetchOutcome[] = []
  const requests = lists.map((urls, id) => ({ id, urls }))
  for await (const one of fetchPictures(requests, { ...LOCAL, ...options }, signal))
    outcomes.push(one)
  return outcomes.sort((a, b) => a.id - b.id)
}

async function reasonOf(url: string, options: Partial<FetchOptions> = {}): Promise<string> {
  const [outcome] = await fetchAll([[url]], options)
  if (!outcome) throw new Error('no outcome')
  return outcome.ok ? 'ok' : outcome.reason
}

const png = await flat(8, 8).png().toBuffer()
const picture: Handler = (_, response) => {
  response.writeHead(200, { 'content-type': 'image/png' }).end(png)
}

test('a picture comes with its bytes, its kind by the bytes, and where it was in the end', async () => {
  let seen: IncomingMessage['headers'] = {}
  const port = await serve((request, response) => {
    seen = request.headers
    if (request.url === '/old') response.writeHead(302, { location: '/new.jpg' }).end()
    else response.writeHead(200, { 'content-type': 'text/plain' }).end(png)
  })
  const agent = userAgent('someone@example.org', '1.2.3')
  const [outcome] = await fetchAll([[`http://a.test:${port}/old`]], { userAgent: agent })
  expect(outcome).toMatchObject({
    ok: true,
    mime: 'image/png',
    status: 200,
    finalUrl: `http://a.test:${port}/new.jpg`,
  })
  expect(outcome?.ok && Buffer.from(outcome.bytes).equals(png)).toBe(true)
  expect(seen['user-agent']).toBe('Gleaner/1.2.3 (image-text data sets; someone@example.org)')
})

test('one host is asked for one picture at a time with a pause after it; hosts run side by side', async () => {
  const times: Record<string, number[]> = {}
  let now = 0
  let most = 0
  const held: (() => void)[] = []
  const slow: Handler = (request, response) => {
    const host = request.headers.host ?? ''
    ;(times[host] ??= []).push(FAST.now())
    most = Math.max(most, ++now)
    held.push(() => {
      now--
      picture(request, response)
    })
    // The first are answered once every host was asked.
    if (Object.keys(times).length === 3) for (const answer of held.splice(0)) answer()
  }
  const port = await serve(slow)
  const urls = ['a', 'b', 'c'].flatMap((host) =>
    [1, 2, 3].map((n) => [`http://${host}.test:${port}/${n}.png`]),
  )
  const outcomes = await fetchAll(urls, { perHostDelayMs: 1000, clock: FAST })
  expect(outcomes.every((one) => one.ok)).toBe(true)
  expect(most).toBe(3)
  for (const at of Object.values(times)) {
    expect(at.length).toBe(3)
    for (const [i, time] of at.slice(1).entries())
      expect(time - (at[i] as number)).toBeGreaterThan(1000)
  }
})

test('no more than the given number of pictures is in flight', async () => {
  let now = 0
  let most = 0
  const port = await serve((request, response) => {
    most = Math.max(most, ++now)
    setTimeout(() => {
      now--
      picture(request, response)
    }, 20)
  })
  const urls = Array.from({ length: 12 }, (_, i) => [`http://h${i}.test:${port}/x.png`])
  expect((await fetchAll(urls, { concurrency: 4 })).length).toBe(12)
  expect(most).toBe(4)
})

test('what may pass is tried again, what will not is not', async () => {
  const log: string[] = []
  const port = await serve((request, response) => {
    const url = request.url ?? ''
    const nth = log.filter((one) => one === url).length
    if (url.startsWith('/gone')) response.writeHead(404).end('no')
    else if (url.startsWith('/denied')) response.writeHead(403).end()
    else if (url.startsWith('/reset') && nth === 1) request.socket.destroy()
    else if (url.startsWith('/half') && nth < 3) {
      response.writeHead(200, { 'content-length': String(png.length) })
      response.write(png.subarray(0, 20))
      setTimeout(() => request.socket.destroy(), 10)
    } else if (url.startsWith('/flaky') && nth === 1) response.writeHead(503).end()
    else if (url.startsWith('/broken')) response.writeHead(500).end()
    else picture(request, response)
  }, log)
  const base = `http://a.test:${port}`
  const outcomes = await fetchAll(
    ['/gone', '/denied', '/reset', '/half', '/flaky', '/broken'].map((path) => [base + path]),
  )
  expect(outcomes.map((one) => (one.ok ? 'ok' : [one.reason, one.retriable]))).toEqual([
    ['http-404', false],
    ['http-403', false],
    'ok',
    'ok',
    'ok',
    ['http-500', true],
  ])
  const times = (path: string): number => log.filter((one) => one === path).length
  expect(['/gone', '/denied', '/reset', '/half', '/flaky', '/broken'].map(times)).toEqual([
    1, 1, 2, 3, 2, 3,
  ])
})

test('Retry-After holds back the whole host', async () => {
  const at: number[] = []
  const port = await serve((request, response) => {
    at.push(FAST.now())
    if (at.length === 1) response.writeHead(429, { 'retry-after': '1' }).end()
    else picture(request, response)
  })
  const urls = [[`http://a.test:${port}/1`], [`http://a.test:${port}/2`]]
  const outcomes = await fetchAll(urls, { clock: FAST })
  expect(outcomes.every((one) => one.ok)).toBe(true)
  expect((at[1] as number) - (at[0] as number)).toBeGreaterThan(990)
})

test('a host that cannot be reached is given up, and another name for it is not', async () => {
  const port = await serve(picture)
  const free = await serve(picture)
  await new Promise((resolve) => servers.pop()?.close(resolve))
  const urls = Array.from({ length: 8 }, (_, i) => [`http://dead.test:${free}/${i}`])
  const outcomes = await fetchAll([...urls, [`http://live.test:${port}/x`]], { retries: 1 })
  const reasons = outcomes.map((one) => (one.ok ? 'ok' : one.reason))
  expect(reasons.filter((one) => one === 'connection-refused').length).toBe(3)
  expect(reasons.filter((one) => one === 'host-unreachable').length).toBe(5)
  expect(reasons.at(-1)).toBe('ok')
  expect(outcomes.every((one) => one.ok || one.retriable)).toBe(true)
})

test('failures of the DNS are named and may pass', async () => {
  let asked = 0
  const resolve = (): Promise<string[]> => {
    asked++
    const error = Object.assign(new Error('getaddrinfo ENOTFOUND no.test'), { code: 'ENOTFOUND' })
    return Promise.reject(error)
  }
  const [outcome] = await fetchAll([['http://no.test/x.png']], { resolve })
  expect(outcome).toMatchObject({ ok: false, reason: 'dns-not-found', retriable: true })
  expect(asked).toBe(3)
})

test('a server that says nothing, or stops in the middle, ends in a timeout', async () => {
  const port = await serve((request, response) => {
    if (request.url === '/silent') return
    response.writeHead(200, { 'content-type': 'image/png' })
    response.write(png.subarray(0, 30))
    if (request.url === '/drip') {
      const timer = setInterval(() => response.write('x'), 50)
      response.on('close', () => clearInterval(timer))
    }
  })
  const options = { timeoutMs: 200, retries: 0 }
  const base = `http://a.test:${port}`
  const outcomes = await fetchAll(
    [[`${base}/silent`], [`${base}/stuck`], [`${base}/drip`]],
    options,
  )
  expect(outcomes.map((one) => !one.ok && one.reason)).toEqual(['timeout', 'timeout', 'timeout'])
})

test('a picture beyond the size limit is dropped, whether its length was told or not', async () => {
  let sent = 0
  const port = await serve((request, response) => {
    if (request.url === '/told') response.writeHead(200, { 'content-length': '5000000' })
    if (request.url === '/gzip') {
      response.writeHead(200, { 'content-encoding': 'gzip' })
      response.end(gzipSync(Buffer.alloc(10_000_000)))
      return
    }
    const more = (): void => {
      while (!response.destroyed && sent < 50_000_000) {
        sent += 65_536
        if (!response.write(Buffer.alloc(65_536))) {
          response.once('drain', more)
          return
        }
      }
      response.end()
    }
    more()
  })
  const options = { maxBytes: 100_000 }
  expect(await reasonOf(`http://a.test:${port}/untold`, options)).toBe('too-large')
  expect(sent).toBeLessThan(20_000_000)
  expect(await reasonOf(`http://b.test:${port}/told`, options)).toBe('too-large')
  expect(await reasonOf(`http://c.test:${port}/gzip`, options)).toBe('too-large')
})

test('a body that was packed against our wish is unpacked', async () => {
  const port = await serve((request, response) => {
    const packed = request.url === '/lie' ? png : gzipSync(png)
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(packed)
  })
  for (const path of ['/packed', '/lie']) {
    const [outcome] = await fetchAll([[`http://a.test:${port}${path}`]])
    expect(outcome?.ok && Buffer.from(outcome.bytes).equals(png)).toBe(true)
  }
})

test('by default nothing on this machine or in its network is asked', async () => {
  const log: string[] = []
  const port = await serve(picture, log)
  const plain = async (url: string): Promise<string> => {
    for await (const one of fetchPictures(
      [{ id: 1, urls: [url] }],
      { perHostDelayMs: 0, retries: 0 },
      new AbortController().signal,
    ))
      return one.ok ? 'ok' : `${one.reason} ${one.refused}`
    return 'none'
  }
  expect(await plain(`http://127.0.0.1:${port}/x`)).toBe('private-address true')
  expect(await plain(`http://2130706433:${port}/x`)).toBe('private-address true')
  expect(await plain(`http://[::1]:${port}/x`)).toBe('private-address true')
  expect(await plain(`http://localhost:${port}/x`)).toBe('private-address true')
  expect(await plain('http://169.254.169.254/latest/meta-data')).toBe('private-address true')
  expect(await plain('file:///etc/passwd')).toBe('bad-address true')
  expect(log).toEqual([])
})

test('a name that resolves to a private address is refused; of several addresses only a public one is used', async () => {
  const log: string[] = []
  const port = await serve(picture, log)
  // Loopback stands for the private address: nothing may arrive there.
  const allowAddress = (address: string): boolean => address !== '127.0.0.1'
  const url = `http://inside.test:${port}/x`
  expect(await reasonOf(url, { allowAddress })).toBe('private-address')
  expect(log).toEqual([])
  const mixed: Partial<FetchOptions> = {
    allowAddress: (address) => address === '127.0.0.1',
    resolve: () => Promise.resolve(['::1', '127.0.0.2', '127.0.0.1', '10.1.1.1']),
  }
  expect(await reasonOf(url, mixed)).toBe('ok')
})

test('a redirect to a private address or another scheme is refused at that hop', async () => {
  const log: string[] = []
  const inside = await serve(picture, log)
  const outside = await serve((request, response) => {
    const to: Record<string, string> = {
      '/name': `http://inside.test:${inside}/secret`,
      '/number': `http://10.0.0.1:${inside}/secret`,
      '/file': 'file:///etc/passwd',
      '/ssh': 'http://outside.test:22/',
    }
    response.writeHead(301, { location: to[request.url ?? ''] }).end()
  })
  const options: Partial<FetchOptions> = {
    resolve: (name) => Promise.resolve([name === 'inside.test' ? '127.0.0.2' : '127.0.0.1']),
    allowAddress: (address) => address === '127.0.0.1',
  }
  const base = `http://outside.test:${outside}`
  expect(await reasonOf(`${base}/name`, options)).toBe('private-address')
  expect(await reasonOf(`${base}/number`, options)).toBe('private-address')
  expect(await reasonOf(`${base}/file`, options)).toBe('bad-address')
  expect(await reasonOf(`${base}/ssh`, options)).toBe('port-not-allowed')
  expect(log).toEqual([])
})

test('the connection goes to the address that was checked: a second answer of the DNS is never asked for', async () => {
  const log: string[] = []
  const port = await serve(picture, log)
  let asked = 0
  const checked: string[] = []
  const [outcome] = await fetchAll([[`http://rebind.test:${port}/x`]], {
    honourOptOut: false,
    resolve: () => Promise.resolve([asked++ === 0 ? '127.0.0.1' : '127.0.0.66']),
    allowAddress: (address) => {
      checked.push(address)
      return address === '127.0.0.1'
    },
  })
  expect(outcome?.ok).toBe(true)
  expect(asked).toBe(1)
  expect(new Set(checked)).toEqual(new Set(['127.0.0.1']))
})

test('redirects are followed five times and no further', async () => {
  const port = await serve((request, response) => {
    const n = Number((request.url ?? '').slice(1))
    if (n > 0) response.writeHead(302, { location: `/${n - 1}` }).end()
    else picture(request, response)
  })
  expect(await reasonOf(`http://a.test:${port}/5`)).toBe('ok')
  expect(await reasonOf(`http://a.test:${port}/6`)).toBe('too-many-redirects')
})

test('a publisher who opts out by header or robots.txt is heard, unless that is switched off', async () => {
  const handler: Handler = (request, response) => {
    if (request.url === '/robots.txt') {
      response.end('User-agent: *\nDisallow: /closed/\n')
      return
    }
    if (request.url === '/noai') response.setHeader('x-robots-tag', ['all', 'noai'])
    picture(request, response)
  }
  const log: string[] = []
  const port = await serve(handler, log, true)
  const base = `http://a.test:${port}`
  const outcomes = await fetchAll([
    [`${base}/noai`, `${base}/open/twin.png`],
    [`${base}/closed/a.png`],
    [`${base}/open/a.png`],
  ])
  expect(outcomes.map((one) => (one.ok ? 'ok' : [one.reason, one.refused]))).toEqual([
    ['opt-out noai', true],
    ['robots-txt', true],
    'ok',
  ])
  expect(log.filter((one) => one === '/robots.txt').length).toBe(1)
  expect(log).not.toContain('/closed/a.png')
  expect(log).not.toContain('/open/twin.png')
  const off = await fetchAll([[`${base}/noai`], [`${base}/closed/a.png`]], { honourOptOut: false })
  expect(off.every((one) => one.ok)).toBe(true)
})

test('the next address is tried when one does not have the picture', async () => {
  const port = await serve((request, response) => {
    if (request.url === '/big.jpg') response.writeHead(404).end()
    else if (request.url === '/mid.jpg')
      response.writeHead(200, { 'content-type': 'image/jpeg' }).end('<html>Sorry</html>')
    else picture(request, response)
  })
  const base = `http://a.test:${port}`
  const outcomes = await fetchAll([
    [`${base}/big.jpg`, `${base}/mid.jpg`, `${base}/small.jpg`],
    [`${base}/big.jpg`, `${base}/mid.jpg`],
    ['http://10.0.0.1:22/x', `${base}/small.jpg`],
  ])
  expect(outcomes[0]).toMatchObject({ ok: true, url: `${base}/small.jpg` })
  expect(outcomes[1]).toMatchObject({ ok: false, reason: 'http-404', url: `${base}/big.jpg` })
  expect(outcomes[2]).toMatchObject({ ok: true })
})

test('an abort ends the fetching at once', async () => {
  const port = await serve(() => {})
  const controller = new AbortController()
  const urls = Array.from({ length: 50 }, (_, i) => [`http://h${i}.test:${port}/x`])
  setTimeout(() => controller.abort(), 100)
  // Longer than a test may last.
  const options = { timeoutMs: 600_000 }
  await expect(fetchAll(urls, options, controller.signal)).rejects.toThrow(/abort/i)
})

test('thousands of addresses from a stream are all answered, with a bounded look ahead', async () => {
  const port = await serve(picture)
  let given = 0
  let answered = 0
  let ahead = 0
  async function* requests() {
    for (let id = 0; id < 5000; id++) {
      given++
      ahead = Math.max(ahead, given - answered)
      yield { id, urls: [id % 10 === 0 ? `http://h${id % 7}.test:${port}/${id}` : 'ftp://x/y'] }
    }
  }
  const ids = new Set<number>()
  for await (const one of fetchPictures(requests(), LOCAL, new AbortController().signal)) {
    answered++
    ids.add(one.id)
  }
  expect(ids.size).toBe(5000)
  expect(ahead).toBeLessThan(2100)
})

test('whoever stops listening stops the fetching', async () => {
  const log: string[] = []
  const port = await serve(picture, log)
  const requests = Array.from({ length: 500 }, (_, id) => ({
    id,
    urls: [`http://h${id % 5}.test:${port}/${id}`],
  }))
  const signal = new AbortController().signal
  for await (const one of fetchPictures(requests, { ...LOCAL, concurrency: 4 }, signal)) {
    expect(one.ok).toBe(true)
    break
  }
  const asked = log.length
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(log.length).toBeLessThanOrEqual(asked + 4)
  expect(log.length).toBeLessThan(20)
})

test('an error of the source of addresses is passed on, after what was asked is answered', async () => {
  const port = await serve(picture)
  const signal = new AbortController().signal
  async function* requests() {
    yield { id: 1, urls: [`http://a.test:${port}/1`] }
    throw new Error('the database is gone')
  }
  const answered: number[] = []
  const all = async (): Promise<void> => {
    for await (const one of fetchPictures(requests(), LOCAL, signal)) answered.push(one.id)
  }
  await expect(all()).rejects.toThrow('the database is gone')
  expect(answered).toEqual([1])
})
