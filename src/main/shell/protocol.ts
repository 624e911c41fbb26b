import { statSync } from 'node:fs'
import { join, normalize, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import { net, protocol } from 'electron'
import { errorLine } from '#shared/errors.ts'
import type { EngineProcess } from './engine-process.ts'

/** Must be called before the app is ready. */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([
    {
      scheme: 'gleaner',
      privileges: { standard: true, secure: true, supportFetchAPI: true, corsEnabled: true },
    },
  ])
}

const CSP = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  'img-src gleaner: data: blob:',
  "font-src 'self'",
  // The archived page: given as text, never as an address.
  "frame-src 'none'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ')

/**
 * Serves `gleaner://app/...` (the built interface), `gleaner://thumb/SHA256?corpus=PATH`,
 * `gleaner://picture/SHA256?corpus=PATH` and `gleaner://study/TOKEN?corpus=PATH`.
 */
export function serveProtocol(
  rendererFolder: string,
  engine: EngineProcess,
  knowsCorpus: (path: string) => Promise<boolean>,
  home: URL,
): void {
  // A scheme that is not the web's has no origin in Node's eyes.
  const origin = `${home.protocol}//${home.host}`
  protocol.handle('gleaner', async (request) => {
    const url = new URL(request.url)
    if (url.host === 'app') return serveInterface(rendererFolder, url)
    if (!['thumb', 'picture', 'study'].includes(url.host)) return missing('unknown address')
    if (!(await knowsCorpus(url.searchParams.get('corpus') ?? ''))) return missing('unknown corpus')
    return url.host === 'study' ? serveStudyPicture(engine, url) : servePicture(engine, url, origin)
  })
}

/** A page of its own for whoever comes there: nothing may run or load in it. */
function missing(why: string): Response {
  return new Response(why, {
    status: 404,
    headers: {
      'Content-Type': 'text/plain; charset=utf-8',
      'Content-Security-Policy': "default-src 'none'; sandbox",
      'X-Content-Type-Options': 'nosniff',
    },
  })
}

/** The file of the interface at an address, or null. */
function fileAt(folder: string, url: URL): string | null {
  try {
    const path = normalize(join(folder, decodeURIComponent(url.pathname)))
    return path.startsWith(folder + sep) && statSync(path).isFile() ? path : null
  } catch {
    return null
  }
}

async function serveInterface(folder: string, url: URL): Promise<Response> {
  const path = fileAt(folder, url)
  if (path === null) return missing('not found')
  const file = await net.fetch(pathToFileURL(path).href)
  const headers = new Headers(file.headers)
  headers.set('Content-Security-Policy', CSP)
  headers.set('X-Content-Type-Options', 'nosniff')
  return new Response(file.body, { status: file.status, headers })
}

async function servePicture(engine: EngineProcess, url: URL, origin: string): Promise<Response> {
  const call = url.host === 'thumb' ? 'pictures.thumb' : 'pictures.original'
  try {
    const { value, bytes } = await engine.call(call, {
      corpus: url.searchParams.get('corpus') ?? '',
      sha256: url.pathname.slice(1),
    })
    const { mime } = value as { mime: string }
    return new Response(new Uint8Array(bytes), {
      headers: {
        'Content-Type': mime,
        // Named by its content, it never changes.
        'Cache-Control': 'public, max-age=31536000, immutable',
        'X-Content-Type-Options': 'nosniff',
        // The interface may copy what it shows.
        'Access-Control-Allow-Origin': origin,
        // An SVG that is opened by itself must not run scripts.
        'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
      },
    })
  } catch (error) {
    return missing(errorLine(error))
  }
}

/** A picture of a rating study. Its headers are the same for all, and so is what comes of a failure. */
async function serveStudyPicture(engine: EngineProcess, url: URL): Promise<Response> {
  const headers = {
    'Content-Type': 'image/bmp',
    // The window keeps what it needs; on disk it would lie beside the names of others.
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
  }
  try {
    const { bytes } = await engine.call('pictures.study', {
      corpus: url.searchParams.get('corpus') ?? '',
      token: url.pathname.slice(1),
    })
    return new Response(new Uint8Array(bytes), { headers })
  } catch {
    return new Response(null, { status: 404, headers })
  }
}
