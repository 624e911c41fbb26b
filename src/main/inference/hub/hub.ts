import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream, existsSync } from 'node:fs'
import { copyFile, mkdir, readdir, rename, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { basename, dirname, join, relative } from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { EnvHttpProxyAgent, fetch, type Dispatcher, type Response } from 'undici'
import { z } from 'zod'
import { AppError, systemMessage } from '#shared/errors.ts'
import type { Settings } from '#shared/settings.ts'
import { isRepositoryId, repositoryFolder } from './hub-cache.ts'
import { pickFiles, VARIANTS, type HubSource, type Variant } from './pick-files.ts'

export { VARIANTS, type HubSource, type Variant } from './pick-files.ts'
import { writeWhole } from '../../files/write-whole.ts'
import { isAlive } from '../../processes/alive.ts'

/** A hub and how to speak to it. */
export interface Hub {
  /** Address without a slash at the end. */
  endpoint: string
  token: string | null
  dispatcher: Dispatcher
  /** Pause before the first repetition; it doubles. */
  retryDelayMs: number
}

const MAX_REDIRECTS = 10
const ATTEMPTS = 5
const MAX_LISTING = 16 << 20

/**
 * The hub of the settings, else of HF_ENDPOINT; its token from the settings, else, for the hub of the
 * environment, HF_TOKEN. Proxies are those of HTTPS_PROXY, HTTP_PROXY and NO_PROXY.
 * Throws `invalid-input` without an endpoint.
 */
export function openHub(
  settings: Pick<Settings, 'hub'>,
  env: NodeJS.ProcessEnv = process.env,
): Hub {
  const endpoint = (settings.hub.endpoint ?? env.HF_ENDPOINT ?? '').trim().replace(/\/+$/, '')
  if (endpoint === '') {
    throw new AppError(
      'invalid-input',
      'No model hub is configured, so no model can be fetched',
      'Set the hub address in the settings or in the environment variable HF_ENDPOINT, or add a model folder that is already on this machine.',
    )
  }
  if (!URL.canParse(endpoint) || !/^https?:$/.test(new URL(endpoint).protocol)) {
    throw new AppError('invalid-input', `The hub address "${endpoint}" is no http(s) address`)
  }
  // What the environment gives for its own hub is not for another that the settings name.
  const isOfEnvironment =
    settings.hub.endpoint === null || settings.hub.endpoint === env.HF_ENDPOINT
  const token = settings.hub.token ?? (isOfEnvironment ? env.HF_TOKEN : null) ?? null
  return {
    endpoint,
    token: token?.trim() || null,
    retryDelayMs: 1000,
    dispatcher: new EnvHttpProxyAgent({
      httpProxy: env.HTTP_PROXY ?? env.http_proxy ?? '',
      httpsProxy: env.HTTPS_PROXY ?? env.https_proxy ?? '',
      noProxy: env.NO_PROXY ?? env.no_proxy ?? '',
      // Many proxies refuse CONNECT to other ports than that of https.
      proxyTunnel: false,
      connect: { timeout: 30_000 },
      headersTimeout: 60_000,
      bodyTimeout: 60_000,
    }),
  }
}

/** Reads `ORG/NAME[@REVISION][#VARIANT]`; null for what is no name of a repository. */
export function parseHubSource(source: string): HubSource | null {
  const match = /^([^@#]+)(?:@([A-Za-z0-9._/-]+))?(?:#([a-z0-9]+))?$/.exec(source.trim())
  if (!match) return null
  const [, repository = '', revision = 'main', variant = 'fp32'] = match
  if (!isRepositoryId(repository) || revision.split('/').includes('..')) return null
  if (!VARIANTS.includes(variant as Variant)) return null
  return { repository, revision, variant: variant as Variant }
}

const Listing = z.object({
  sha: z.string().regex(/^[0-9a-f]{40}$/),
  siblings: z.array(z.object({ rfilename: z.string() })),
})

export interface FetchProgress {
  /** Bytes. */
  done: number
  total: number
  file: string
}

export interface FetchedRepository {
  folder: string
  commit: string
  files: string[]
  bytes: number
}

/**
 * Fetches what Gleaner needs of a repository into the hub's cache and returns the snapshot's
 * folder. Files that are there are not fetched again, cut ones go on where they stopped, each is
 * checked against the hub's checksum before it gets its name. The snapshot appears when all of
 * it is there.
 *
 * Throws AppError `not-found`, `refused` (no access), `network`, `damaged` (wrong checksum, which
 * is deleted), `unsupported` (no usable graphs), `canceled`.
 */
export async function fetchRepository(
  hub: Hub,
  cache: string,
  source: HubSource,
  signal: AbortSignal,
  progress: (progress: FetchProgress) => void,
): Promise<FetchedRepository> {
  const { repository, revision } = source
  const listing = await readListing(hub, source, signal)
  const names = pickFiles(
    listing.siblings.map((sibling) => sibling.rfilename),
    source,
  )
  const folder = repositoryFolder(cache, repository)
  const blobs = join(folder, 'blobs')
  await mkdir(blobs, { recursive: true })

  const files: RemoteFile[] = []
  for (const name of names) files.push(await readMetadata(hub, source, listing.sha, name, signal))
  const total = files.reduce((sum, file) => sum + file.size, 0)
  let before = 0
  for (const file of files) {
    progress({ done: before, total, file: file.name })
    await fetchBlob(hub, blobs, file, signal, (bytes) =>
      progress({ done: before + bytes, total, file: file.name }),
    )
    before += file.size
  }
  progress({ done: total, total, file: '' })

  const snapshot = join(folder, 'snapshots', listing.sha)
  for (const { name, etag } of files) await link(join(blobs, etag), join(snapshot, name))
  writeWhole(join(folder, 'refs', revision), listing.sha)
  return { folder: snapshot, commit: listing.sha, files: names, bytes: total }
}

interface RemoteFile {
  name: string
  url: string
  etag: string
  size: number
}

async function readListing(
  hub: Hub,
  source: HubSource,
  signal: AbortSignal,
): Promise<z.infer<typeof Listing>> {
  const { repository, revision } = source
  const url = `${hub.endpoint}/api/models/${repository}/revision/${encodeURIComponent(revision)}`
  const text = await patiently(hub, signal, async () => {
    const response = await request(hub, url, { signal })
    await refuse(response, repository)
    let body = ''
    for await (const chunk of Readable.fromWeb(response.body as never)) {
      body += (chunk as Buffer).toString('utf8')
      if (body.length > MAX_LISTING)
        throw new AppError(
          'damaged',
          `${url} answers without end.`,
          'Check the hub address in the settings or in HF_ENDPOINT.',
        )
    }
    return body
  })
  try {
    return Listing.parse(JSON.parse(text))
  } catch (error) {
    throw new AppError(
      'damaged',
      `${hub.endpoint} does not answer as a model hub does`,
      'Check the hub address in the settings or in HF_ENDPOINT.',
      { cause: error },
    )
  }
}

async function readMetadata(
  hub: Hub,
  source: HubSource,
  commit: string,
  name: string,
  signal: AbortSignal,
): Promise<RemoteFile> {
  const path = name.split('/').map(encodeURIComponent).join('/')
  const url = `${hub.endpoint}/${source.repository}/resolve/${commit}/${path}`
  return patiently(hub, signal, async () => {
    // The hub itself names the checksum and size; the server it redirects to does not.
    const response = await request(hub, url, { signal, method: 'HEAD', stayOnHost: true })
    await response.body?.cancel()
    await refuse(response, source.repository)
    const { headers } = response
    const etag = (headers.get('x-linked-etag') ?? headers.get('etag') ?? '')
      .replace(/^W\//, '')
      .replace(/^"|"$/g, '')
    const size = Number(headers.get('x-linked-size') ?? headers.get('content-length') ?? NaN)
    const answered = headers.get('x-repo-commit')
    if (!/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(etag) || !Number.isSafeInteger(size) || size < 0) {
      throw new AppError('damaged', `The hub names no checksum or size for ${name}`)
    }
    if (answered !== null && answered !== commit) {
      throw new AppError('damaged', `The hub answers with another version of ${name}`)
    }
    return { name, url, etag, size }
  })
}

async function fetchBlob(
  hub: Hub,
  blobs: string,
  file: RemoteFile,
  signal: AbortSignal,
  progress: (bytes: number) => void,
): Promise<void> {
  const whole = join(blobs, file.etag)
  if (existsSync(whole) && (await stat(whole)).size === file.size) return
  const partial = `${whole}.incomplete`
  await patiently(hub, signal, async () => {
    let have = existsSync(partial) ? (await stat(partial)).size : 0
    if (have > file.size) {
      await rm(partial)
      have = 0
    }
    if (have === file.size && have > 0) return
    const response = await request(hub, file.url, {
      signal,
      headers: have > 0 ? { range: `bytes=${have}-` } : {},
    })
    if (response.status === 416) {
      await response.body?.cancel()
      await rm(partial, { force: true })
      throw new Again('the server does not go on where the file stopped')
    }
    await refuse(response, file.name)
    const isContinued =
      response.status === 206 &&
      response.headers.get('content-range')?.startsWith(`bytes ${have}-`) === true
    if (response.status === 206 && !isContinued) {
      await response.body?.cancel()
      await rm(partial, { force: true })
      throw new Again('the server answers with another part of the file')
    }
    let bytes = isContinued ? have : 0
    const counter = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        bytes += chunk.byteLength
        if (bytes > file.size) {
          done(new AppError('damaged', `${file.name} is longer than the hub says.`, 'Try again.'))
          return
        }
        progress(bytes)
        done(null, chunk)
      },
    })
    if (!response.body) throw new Again('the server answers without a body')
    try {
      await pipeline(
        Readable.fromWeb(response.body as never),
        counter,
        createWriteStream(partial, { flags: isContinued ? 'a' : 'w' }),
        { signal },
      )
    } catch (error) {
      if (error instanceof AppError) await rm(partial, { force: true })
      throw error
    }
    if (bytes < file.size) throw new Again(`the connection was cut after ${bytes} bytes`)
  })
  if (!(await matches(partial, file))) {
    await rm(partial, { force: true })
    throw new AppError(
      'damaged',
      `${file.name} has another checksum than the hub says; it was deleted`,
      'Try again. If it happens again, something between here and the hub changes files.',
    )
  }
  await rename(partial, whole)
}

/** SHA-256 for files of LFS, git's own SHA-1 of a blob for all others. */
async function matches(path: string, file: RemoteFile): Promise<boolean> {
  if (!existsSync(path)) {
    // An empty file: nothing was ever written.
    if (file.size !== 0) return false
    await writeFile(path, '')
  }
  const hash = createHash(file.etag.length === 64 ? 'sha256' : 'sha1')
  if (file.etag.length === 40) hash.update(`blob ${file.size}\0`)
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    hash.update(chunk as Buffer)
  }
  return hash.digest('hex') === file.etag
}

async function link(blob: string, path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const temporary = `${path}.${process.pid}.tmp`
  for (const name of await readdir(dirname(path))) {
    const pid = Number(name.startsWith(`${basename(path)}.`) && /\.(\d+)\.tmp$/.exec(name)?.[1])
    // What killed processes left, or an earlier one of this number.
    if (pid > 0 && (pid === process.pid || !isAlive(pid))) await rm(join(dirname(path), name))
  }
  try {
    await symlink(relative(dirname(path), blob), temporary)
  } catch {
    // Windows without the right to make links: a copy, as huggingface_hub does.
    await copyFile(blob, temporary)
  }
  await rename(temporary, path)
}

/** Worth another try. */
class Again extends Error {}

/** Tries again after what may pass: cut connections, busy servers. Never after an AppError. */
async function patiently<T>(hub: Hub, signal: AbortSignal, run: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      if (signal.aborted) throw new AppError('canceled', 'Fetching was canceled')
      return await run()
    } catch (error) {
      if (signal.aborted) throw new AppError('canceled', 'Fetching was canceled')
      if (error instanceof AppError) throw error
      // On this machine: a full disk does not pass.
      const code = (error as { code?: unknown }).code
      if (typeof code === 'string' && /^E(NOSPC|ACCES|PERM|ROFS|DQUOT|NOENT)$/.test(code)) {
        throw new AppError(
          'io',
          'The model cannot be written.',
          'Free some space, or choose a folder that can be written to.',
          { cause: error, details: systemMessage(error) },
        )
      }
      if (attempt >= ATTEMPTS) {
        const cause = (error as { cause?: unknown }).cause
        const reason =
          cause instanceof Error ? cause.message || String(cause) : (error as Error).message
        throw new AppError(
          'network',
          `The hub at ${hub.endpoint} cannot be read.`,
          'Check the connection and the proxy; fetching goes on where it stopped.',
          { cause: error, details: reason },
        )
      }
      await sleep(hub.retryDelayMs * 2 ** (attempt - 1), undefined, { signal }).catch(
        () => undefined,
      )
    }
  }
}

/**
 * Follows redirects by hand, so that the token goes to the hub and nowhere else and nobody is led
 * from https to http. With `stayOnHost` a redirect to another host is itself the answer.
 */
async function request(
  hub: Hub,
  first: string,
  options: {
    signal: AbortSignal
    method?: 'GET' | 'HEAD'
    headers?: Record<string, string>
    stayOnHost?: boolean
  },
): Promise<Response> {
  const home = new URL(hub.endpoint)
  let url = new URL(first)
  for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
    const headers: Record<string, string> = {
      'user-agent': 'gleaner',
      // A checksum is of the file itself, so it must not come compressed.
      'accept-encoding': 'identity',
      ...options.headers,
    }
    if (hub.token !== null && url.origin === home.origin) {
      headers.authorization = `Bearer ${hub.token}`
    }
    const response = await fetch(url, {
      method: options.method ?? 'GET',
      headers,
      redirect: 'manual',
      dispatcher: hub.dispatcher,
      signal: options.signal,
    })
    const location = response.headers.get('location')
    if (response.status < 300 || response.status > 399 || location === null) return response
    const next = new URL(location, url)
    if (options.stayOnHost && next.host !== url.host) return response
    await response.body?.cancel()
    if (
      !/^https?:$/.test(next.protocol) ||
      (url.protocol === 'https:' && next.protocol === 'http:')
    ) {
      throw new AppError('refused', `The hub redirects to ${next.protocol}//${next.host}`)
    }
    url = next
  }
  throw new AppError('network', 'The hub redirects without end')
}

async function refuse(response: Response, what: string): Promise<void> {
  const { status } = response
  if (status < 400) return
  await response.body?.cancel().catch(() => undefined)
  if (status === 401 || status === 403) {
    throw new AppError(
      'refused',
      `The hub gives no access to ${what} (${status})`,
      'If it is private or gated, set a token in the settings or in HF_TOKEN; check the spelling too, as hubs answer like this for names that do not exist.',
    )
  }
  if (status === 404) {
    throw new AppError(
      'not-found',
      `The hub has no ${what}`,
      'Check the spelling: ORG/NAME, if wanted with @REVISION.',
    )
  }
  if (status === 408 || status === 429 || status >= 500) throw new Again(`it answers ${status}`)
  throw new AppError('network', `The hub answers ${status} for ${what}`)
}
