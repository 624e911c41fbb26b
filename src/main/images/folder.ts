import { createHash } from 'node:crypto'
import { lstat, readFile, readdir, realpath, stat } from 'node:fs/promises'
import { basename, extname, join, sep } from 'node:path'
import { AppError } from '#shared/errors.ts'

/** How a file was found for an address. */
export type FolderRule =
  'host-path' | 'path' | 'url-in-json' | 'sha256-of-url' | 'md5-of-url' | 'name'

export type FolderFind =
  | { found: true; path: string; rule: FolderRule }
  /** `not-in-folder`, or `ambiguous-name`: several files bear the name and nothing else decides. */
  | { found: false; reason: 'not-in-folder' | 'ambiguous-name' }

export interface PictureFolder {
  readonly dir: string
  /** Files below the folder, once they were counted. */
  readonly files: number | null
  find(address: string): Promise<FolderFind>
}

interface Index {
  files: number
  /** Lower-case file name -> relative path; null = more than one. */
  byName: Map<string, string | null>
  /** File name without its extension -> relative path; only for names that are hex digests. */
  byDigest: Map<string, string>
  /** Address in a `.json` beside a picture (img2dataset's `files` layout) -> relative path. */
  byUrl: Map<string, string>
}

const MAX_SIDECAR_BYTES = 256 * 1024
const PICTURE_NAME = /\.(jpe?g|jfif|png|gif|webp|avif|tiff?|svg)$/i

/**
 * A folder that holds pictures under some name made from their address. In this order:
 *
 * 1. `host-path`: `DIR/host/path`, as `wget --mirror` lays it out; with a port `host:port` or
 *    `host+port`; the query after `?`, or after `@` as wget writes it for Windows, or left out.
 * 2. `path`: the same without the host.
 * 3. `url-in-json`: a picture with a `.json` beside it whose `url` is the address (img2dataset).
 * 4. `sha256-of-url`, `md5-of-url`: a file anywhere below that is named by the hex digest of the
 *    address, with or without an extension.
 * 5. `name`: the last part of the path, if it is the name of just one file below the folder.
 *
 * Nothing outside of the folder is ever named, neither by `..` nor through a link.
 * Throws AppError `not-found` if there is no such folder.
 */
export async function openPictureFolder(dir: string): Promise<PictureFolder> {
  let root: string
  try {
    root = await realpath(dir)
    if (!(await stat(root)).isDirectory()) throw new Error('it is no folder')
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new AppError(
      'not-found',
      `The folder of pictures ${dir} cannot be read: ${why}`,
      'Give it as folder:DIR with an existing folder.',
    )
  }
  let indexing: Promise<Index> | null = null
  let files: number | null = null

  /** The path if it is a file inside the folder, whatever links it goes through. */
  async function inside(relative: string): Promise<string | null> {
    try {
      const real = await realpath(join(root, relative))
      if (!real.startsWith(root.endsWith(sep) ? root : root + sep)) return null
      return (await lstat(real)).isFile() ? real : null
    } catch {
      return null
    }
  }

  async function first(relatives: Iterable<string>): Promise<string | null> {
    for (const relative of new Set(relatives)) {
      const path = await inside(relative)
      if (path !== null) return path
    }
    return null
  }

  async function find(address: string): Promise<FolderFind> {
    const url = parse(address)
    if (!url) return { found: false, reason: 'not-in-folder' }
    const paths = pathsOf(url)
    const hosts = url.port === '' ? [url.hostname] : [url.host, `${url.hostname}+${url.port}`]
    const direct = await first(hosts.flatMap((host) => paths.map((path) => `${host}/${path}`)))
    if (direct !== null) return { found: true, path: direct, rule: 'host-path' }
    const bare = await first(paths)
    if (bare !== null) return { found: true, path: bare, rule: 'path' }

    indexing ??= index(root)
    const known = await indexing
    files = known.files
    const candidates: [FolderRule, string | null | undefined][] = [
      ['url-in-json', known.byUrl.get(address) ?? known.byUrl.get(url.href)],
      ['sha256-of-url', known.byDigest.get(digest('sha256', address))],
      ['md5-of-url', known.byDigest.get(digest('md5', address))],
    ]
    const names = paths.map((path) => basename(path).toLowerCase()).filter((name) => name !== '')
    const name = names.find((one) => known.byName.has(one))
    if (name !== undefined) candidates.push(['name', known.byName.get(name)])
    for (const [rule, relative] of candidates) {
      if (typeof relative !== 'string') continue
      const path = await inside(relative)
      if (path !== null) return { found: true, path, rule }
    }
    const ambiguous = name !== undefined && known.byName.get(name) === null
    return { found: false, reason: ambiguous ? 'ambiguous-name' : 'not-in-folder' }
  }

  return {
    dir: root,
    get files() {
      return files
    },
    find,
  }
}

function parse(address: string): URL | null {
  try {
    const url = new URL(address)
    return url.protocol === 'http:' || url.protocol === 'https:' ? url : null
  } catch {
    return null
  }
}

/** Relative paths that a mirror may have made of an address, without anything that climbs. */
function pathsOf(url: URL): string[] {
  const raw = url.pathname.slice(1)
  const spellings = new Set([raw])
  try {
    spellings.add(decodeURIComponent(raw))
  } catch {
    // Not UTF-8: then only as it stands.
  }
  const paths: string[] = []
  for (const path of spellings) {
    if (url.search.length > 1) paths.push(path + url.search, `${path}@${url.search.slice(1)}`)
    paths.push(path)
  }
  return paths.filter(isTame)
}

function isTame(path: string): boolean {
  if (path === '' || path.includes('\0') || path.includes('\\')) return false
  return path.split('/').every((part) => part !== '..' && part !== '.' && !/^[a-z]:$/i.test(part))
}

function digest(algorithm: 'sha256' | 'md5', text: string): string {
  return createHash(algorithm).update(text).digest('hex')
}

/** Walks the folder once, following no links. */
async function index(root: string): Promise<Index> {
  const known: Index = { files: 0, byName: new Map(), byDigest: new Map(), byUrl: new Map() }
  const folders = ['']
  for (;;) {
    const folder = folders.pop()
    if (folder === undefined) return known
    const entries = await readdir(join(root, folder), { withFileTypes: true }).catch(() => [])
    // In one order on every machine.
    entries.sort((a, b) => (a.name < b.name ? -1 : 1))
    const sidecars: string[] = []
    const pictures = new Map<string, string>()
    for (const entry of entries) {
      const relative = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (entry.isDirectory()) folders.push(relative)
      if (!entry.isFile()) continue
      known.files++
      const name = entry.name.toLowerCase()
      known.byName.set(name, known.byName.has(name) ? null : relative)
      const extension = extname(name)
      const stem = name.slice(0, name.length - extension.length)
      if (/^([0-9a-f]{64}|[0-9a-f]{32})$/.test(stem) && !known.byDigest.has(stem))
        known.byDigest.set(stem, relative)
      if (extension === '.json') sidecars.push(stem)
      else if (PICTURE_NAME.test(name)) pictures.set(stem, relative)
    }
    for (const stem of sidecars) {
      const picture = pictures.get(stem)
      if (picture === undefined) continue
      const url = await urlIn(join(root, picture.slice(0, -extname(picture).length) + '.json'))
      if (url !== null && !known.byUrl.has(url)) known.byUrl.set(url, picture)
    }
  }
}

async function urlIn(path: string): Promise<string | null> {
  try {
    if ((await stat(path)).size > MAX_SIDECAR_BYTES) return null
    const value: unknown = JSON.parse(await readFile(path, 'utf8'))
    if (typeof value !== 'object' || value === null || !('url' in value)) return null
    return typeof value.url === 'string' ? value.url : null
  } catch {
    return null
  }
}
