/**
 * Makes a corpus whose pictures were fetched from a server of its own, one through a redirect, and
 * the archive of two of its three pairs: `fetched-corpus.ts FOLDER`.
 */
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import sharp from 'sharp'
import { ExportInput } from '#shared/contract/jobs.ts'
import { runExport } from '../../src/main/jobs/export.ts'
import { runPictures } from '../../src/main/jobs/pictures/pictures.ts'
import { recordMember } from '../../src/main/warc/index.ts'
import { exportContext } from '../integration/export-support.ts'
import { jobContext, LOCAL } from '../integration/pictures-support.ts'
import { ingest } from '../support/ingest.ts'

const folder = process.argv[2] as string
const picture = (hue: number): Promise<Buffer> =>
  sharp({
    create: { width: 320, height: 240, channels: 3, background: { r: hue, g: 120, b: 160 } },
  })
    .jpeg()
    .toBuffer()
const pictures = [await picture(60), await picture(140), await picture(220)]
const server = createServer((request, response) => {
  const name = request.url ?? ''
  const found = pictures[Number(/\/(\d)\.jpg$/.exec(name)?.[1] ?? NaN)]
  if (name === '/moved.jpg') response.writeHead(302, { Location: '/2.jpg' }).end()
  else if (found) response.writeHead(200, { 'Content-Type': 'image/jpeg', ETag: '"a1"' }).end(found)
  else response.writeHead(404).end()
})
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
const at = `http://garden.example:${(server.address() as AddressInfo).port}`
const names = { '0.jpg': 'A blue door', '1.jpg': 'A grey wall', 'moved.jpg': 'A red roof' }
const html = Object.entries(names)
  .map(([name, alt]) => `<p>About it.</p><img src="/${name}" alt="${alt}">`)
  .join('')
const archive = join(folder, 'garden.warc.gz')
writeFileSync(
  archive,
  await recordMember({
    ...{ type: 'response', url: `${at}/`, date: '2026-01-02T03:04:05Z' },
    contentType: 'application/http; msgtype=response',
    head: Buffer.from('HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n'),
    body: Buffer.from(`<!doctype html><title>The garden</title>${html}`),
  }),
)
const corpus = await ingest(join(folder, 'garden.gleaner'), [archive])
const { path } = corpus
const input = { corpus: path, images: 'fetch', retryFailed: false } as const
await runPictures(corpus, input, jobContext(), { fetch: LOCAL })
const out = join(folder, 'chosen')
const chosen = { corpus: path, format: 'warc', out, where: 'NOT alt:wall', text: 'alt' }
await runExport(corpus, ExportInput.parse(chosen), exportContext())
corpus.close()
server.close()
