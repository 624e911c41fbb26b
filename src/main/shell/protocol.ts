import { existsSync } from 'node:fs'
import { join, normalize, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import { net, protocol } from 'electron'
import { errorLine } from '#shared/errors.ts'
import type { EngineProcess } from './engine-process.ts'

/** Must be called before the app is ready. */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: 'gleaner', privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ])
}

const CSP = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  'img-src gleaner: data: blob:',
  "font-src 'self'",
  "frame-src 'self' blob:",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ')

/**
 * Serves `gleaner://app/...` (the built interface), `gleaner://thumb/SHA256?corpus=PATH` and
 * `gleaner://picture/SHA256?corpus=PATH`.
 */
export function serveProtocol(rendererFolder: string, engine: EngineProcess): void {
  protocol.handle('gleaner', async (request) => {
    const url = new URL(request.url)
    if (url.host === 'app') return serveInterface(rendererFolder, url)
    if (url.host === 'thumb' || url.host === 'picture') return servePicture(engine, url)
    return new Response('unknown address', { status: 404 })
  })
}

async function serveInterface(folder: string, url: URL): Promise<Response> {
  const path = normalize(join(folder, decodeURIComponent(url.pathname)))
  if (!path.startsWith(folder + sep) || !existsSync(path)) {
    return new Response('not found', { status: 404 })
  }
  const file = await net.fetch(pathToFileURL(path).href)
  const headers = new Headers(file.headers)
  headers.set('Content-Security-Policy', CSP)
  return new Response(file.body, { status: file.status, headers })
}

async function servePicture(engine: EngineProcess, url: URL): Promise<Response> {
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
        // An SVG that is opened by itself must not run scripts.
        'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
      },
    })
  } catch (error) {
    return new Response(errorLine(error), { status: 404 })
  }
}
