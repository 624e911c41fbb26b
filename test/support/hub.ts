import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join, relative, sep } from 'node:path'

export const COMMIT = '0123456789abcdef0123456789abcdef01234567'

export interface FakeHub {
  endpoint: string
  /** Every request: `METHOD path`, with the server it went to and whether it bore a token. */
  requests: { line: string; on: 'hub' | 'cdn'; token: string | null; range: string | null }[]
  /** Cuts the next answers of the file server after so many bytes. */
  cutAfter: number[]
  /** Spoils a byte of what the file server sends of this file. */
  spoil: string | null
  /** Asks for this token. */
  token: string | null
  /** Answers 503 to the next requests. */
  busy: number
  /** Milliseconds between chunks. */
  slow: number
  close(): Promise<void>
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(folder, name)).isFile())
    .map((name) => relative('.', name).split(sep).join('/'))
    .sort()
}

/**
 * A hub on this machine that speaks the protocol: file lists, resolve with checksums, large files
 * from another server by redirect, ranges.
 */
export async function fakeHub(
  folder: string,
  repository: string,
  extra: Record<string, Uint8Array> = {},
): Promise<FakeHub> {
  const files = new Map<string, Uint8Array>(Object.entries(extra))
  for (const name of filesBelow(folder)) files.set(name, readFileSync(join(folder, name)))

  const hub: FakeHub = {
    endpoint: '',
    requests: [],
    cutAfter: [],
    spoil: null,
    token: null,
    busy: 0,
    slow: 0,
    close: async () => {
      await Promise.all([stop(front), stop(cdn)])
    },
  }
  const note = (request: IncomingMessage, on: 'hub' | 'cdn'): void => {
    hub.requests.push({
      line: `${request.method ?? ''} ${request.url ?? ''}`,
      on,
      token: request.headers.authorization ?? null,
      range: request.headers.range ?? null,
    })
  }
  const isLarge = (name: string): boolean => name.endsWith('.onnx')
  const etagOf = (name: string, body: Uint8Array): string =>
    isLarge(name)
      ? createHash('sha256').update(body).digest('hex')
      : createHash('sha1').update(`blob ${body.byteLength}\0`).update(body).digest('hex')

  const send = async (
    request: IncomingMessage,
    response: ServerResponse,
    name: string,
    body: Uint8Array,
  ): Promise<void> => {
    const range = /^bytes=(\d+)-$/.exec(request.headers.range ?? '')
    const start = range ? Number(range[1]) : 0
    const part = Uint8Array.from(body.subarray(start))
    if (hub.spoil === name && part.length > 0) part[part.length - 1] = (part.at(-1) as number) ^ 1
    response.writeHead(range ? 206 : 200, {
      'content-length': part.byteLength,
      ...(range ? { 'content-range': `bytes ${start}-${body.length - 1}/${body.length}` } : {}),
    })
    const cut = hub.cutAfter.shift()
    if (cut !== undefined && cut < part.length) {
      response.write(part.subarray(0, cut), () => setTimeout(() => response.destroy(), 20))
      return
    }
    for (let at = 0; at < part.length && !response.destroyed; at += 16_384) {
      response.write(part.subarray(at, at + 16_384))
      if (hub.slow > 0) await new Promise((resolve) => setTimeout(resolve, hub.slow))
    }
    response.end()
  }

  const cdn = createServer((request, response) => {
    note(request, 'cdn')
    const name = decodeURIComponent((request.url ?? '').slice('/files/'.length))
    const body = files.get(name)
    if (!body) response.writeHead(404).end()
    else void send(request, response, name, body)
  })
  const front = createServer((request, response) => {
    note(request, 'hub')
    if (hub.busy > 0) {
      hub.busy--
      response.writeHead(503).end()
      return
    }
    if (hub.token !== null && request.headers.authorization !== `Bearer ${hub.token}`) {
      response.writeHead(401).end()
      return
    }
    const url = new URL(request.url ?? '/', 'http://x')
    if (url.pathname === `/api/models/${repository}/revision/main`) {
      const siblings = [...files.keys()].map((rfilename) => ({ rfilename }))
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ sha: COMMIT, siblings }))
      return
    }
    const prefix = `/${repository}/resolve/${COMMIT}/`
    const name = decodeURIComponent(url.pathname.slice(prefix.length))
    const body = url.pathname.startsWith(prefix) ? files.get(name) : undefined
    if (!body) {
      response.writeHead(404).end()
      return
    }
    const etag = etagOf(name, body)
    if (isLarge(name)) {
      response.writeHead(302, {
        location: `http://127.0.0.1:${(cdn.address() as AddressInfo).port}/files/${encodeURIComponent(name)}`,
        'x-repo-commit': COMMIT,
        'x-linked-etag': `"${etag}"`,
        'x-linked-size': body.byteLength,
        etag: '"another"',
      })
      response.end()
      return
    }
    if (request.method === 'HEAD') {
      response.writeHead(200, {
        'x-repo-commit': COMMIT,
        etag: `W/"${etag}"`,
        'content-length': body.byteLength,
      })
      response.end()
      return
    }
    void send(request, response, name, body)
  })
  await Promise.all([start(front), start(cdn)])
  hub.endpoint = `http://127.0.0.1:${(front.address() as AddressInfo).port}`
  return hub
}

/** A proxy for plain http that notes where it was asked to go. */
export async function fakeProxy(): Promise<{
  url: string
  asked: string[]
  close(): Promise<void>
}> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(request.url ?? '')
    void fetch(request.url ?? '', {
      method: request.method ?? 'GET',
      headers: Object.fromEntries(
        Object.entries(request.headers).filter(
          ([name]) =>
            !['host', 'connection', 'proxy-connection', 'transfer-encoding'].includes(name),
        ),
      ) as Record<string, string>,
      redirect: 'manual',
    }).then(async (answer) => {
      response.writeHead(answer.status, Object.fromEntries(answer.headers))
      response.end(request.method === 'HEAD' ? undefined : Buffer.from(await answer.arrayBuffer()))
    })
  })
  await start(server)
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: () => stop(server),
  }
}

function start(server: Server): Promise<void> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
}

function stop(server: Server): Promise<void> {
  server.closeAllConnections()
  return new Promise((resolve) => server.close(() => resolve()))
}
