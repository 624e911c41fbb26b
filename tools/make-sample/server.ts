import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What stands under an address. */
export interface Resource {
  status: number
  headers: Record<string, string>
  body: Buffer
  /** Sent in chunks of this many bytes instead of with a Content-Length. */
  chunk?: number
}

/** Serves absolute addresses (`http://host/path`) on 127.0.0.1, told apart by the Host field. */
export async function serve(
  site: ReadonlyMap<string, Resource>,
): Promise<{ port: number; close(): Promise<void> }> {
  const server: Server = createServer({ keepAlive: false }, (request, response) => {
    const url = `http://${request.headers.host ?? ''}${request.url ?? '/'}`
    const found = site.get(url) ?? site.get(url.split('?')[0] ?? '')
    const resource: Resource = found ?? {
      status: 404,
      headers: { 'Content-Type': 'text/html; charset=utf-8' },
      body: Buffer.from('<!doctype html><title>Not found</title><p>There is nothing here.</p>\n'),
    }
    response.sendDate = false
    response.statusCode = resource.status
    response.setHeader('Date', 'Sat, 14 Nov 2026 10:00:00 GMT')
    response.setHeader('Server', 'gleaner-sample')
    for (const [name, value] of Object.entries(resource.headers)) response.setHeader(name, value)
    response.setHeader('Connection', 'close')
    if (resource.chunk === undefined) {
      response.setHeader('Content-Length', resource.body.length)
      response.end(resource.body)
      return
    }
    for (let at = 0; at < resource.body.length; at += resource.chunk)
      response.write(resource.body.subarray(at, at + resource.chunk))
    response.end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    port,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}
