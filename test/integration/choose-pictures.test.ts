import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import sharp from 'sharp'
import { afterEach, expect, test } from 'vitest'
import { DEFAULT_SETTINGS } from '#shared/settings.ts'
import { runPictures } from '../../src/main/jobs/pictures/pictures.ts'
import { projectSample, sampleFetch } from '../../src/main/jobs/pictures/sample-fetch.ts'
import type { Corpus } from '../../src/main/store/open.ts'
import { addImage, addPage, imageRows, jobContext, LOCAL, newCorpus } from './pictures-support.ts'

const open: Corpus[] = []
const servers: Server[] = []
afterEach(async () => {
  for (const corpus of open.splice(0)) corpus.close()
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})

/** A web of one picture; everything else is not there. */
async function web(): Promise<{
  port: number
  asked: string[]
  agents: Set<string>
  size: number
}> {
  const png = await sharp({
    create: { width: 20, height: 10, channels: 3, background: '#3366cc' },
  })
    .png()
    .toBuffer()
  const asked: string[] = []
  const agents = new Set<string>()
  const server = createServer((request, response) => {
    agents.add(request.headers['user-agent'] ?? '')
    const url = request.url ?? ''
    if (url !== '/robots.txt') asked.push(url)
    if (url.startsWith('/there')) response.writeHead(200, { 'content-type': 'image/png' }).end(png)
    else response.writeHead(404).end()
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { port, asked, agents, size: png.byteLength }
}

test('a fetch for a filter asks for the pictures of its pairs and for no others', async () => {
  const { port, asked } = await web()
  const corpus = newCorpus()
  open.push(corpus)
  const [one, two, three] = ['a', 'b', 'c'].map((host) =>
    addImage(corpus, `http://${host}.example:${port}/there/${host}.png`),
  ) as [number, number, number]
  addPage(corpus, [one, two, three, one])
  corpus.writer.prepare(`UPDATE pairs SET alt = 'a cat' WHERE image_id IN (?, ?)`).run(one, three)
  const input = {
    corpus: corpus.path,
    images: 'fetch',
    retryFailed: false,
    where: 'alt:cat',
  } as const
  await runPictures(corpus, input, jobContext(), { fetch: LOCAL })
  expect(asked.toSorted()).toEqual(['/there/a.png', '/there/c.png'])
  expect(imageRows(corpus).map(({ status }) => status)).toEqual(['ok', 'pending', 'ok'])
  // Another filter afterwards is another choice.
  const other = { ...input, where: 'NOT alt:cat' } as const
  await runPictures(corpus, other, jobContext(), { fetch: LOCAL })
  expect(imageRows(corpus).map(({ status }) => status)).toEqual(['ok', 'ok', 'ok'])
})

test('a filter that cannot be read fails and asks nobody', async () => {
  const corpus = newCorpus()
  open.push(corpus)
  const input = {
    corpus: corpus.path,
    images: 'fetch',
    retryFailed: false,
    where: 'alt:(',
  } as const
  await expect(runPictures(corpus, input, jobContext())).rejects.toMatchObject({
    kind: 'invalid-input',
  })
})

test('a sample is really asked for, with the contact, and keeps nothing', async () => {
  const { port, agents, size } = await web()
  const sample = Array.from({ length: 8 }, (_, i) => {
    const host = `h${i}.example`
    return { id: i, host, url: `http://${host}:${port}/${i < 6 ? 'there' : 'gone'}/${i}.png` }
  })
  const settings = {
    ...DEFAULT_SETTINGS.fetch,
    userAgentContact: 'mailto:me@example.org',
    perHostDelayMs: 0,
  }
  const found = await sampleFetch(sample, settings, LOCAL)
  expect(found).toMatchObject({ asked: 8, hosts: 8, had: 6, reasons: { 'http-404': 2 } })
  expect(found.bytes.toSorted((a, b) => a - b)).toEqual([0, 0, ...Array<number>(6).fill(size)])
  expect(found.requestSeconds).toBeGreaterThanOrEqual(0)
  expect([...agents].every((agent) => agent.includes('mailto:me@example.org'))).toBe(true)
})

test('what a sample says of all is its mean times all, within its interval', () => {
  const bytes = [0, 0, 100, 200, 300, 400]
  const all = projectSample(bytes, 6000)
  expect(all.bytes).toBe(1_000_000)
  expect(all.pictures).toBe(4000)
  // The normal interval of the mean, which the bootstrap's is near: 166.7 ± 1.96 · 149/√6.
  expect(all.bytesLow / 6000).toBeGreaterThan(166.7 - 130)
  expect(all.bytesLow).toBeLessThan(all.bytes)
  expect(all.bytesHigh).toBeGreaterThan(all.bytes)
  expect(all.bytesHigh / 6000).toBeLessThan(166.7 + 130)
  expect(projectSample([50, 50, 50], 10)).toMatchObject({ bytesLow: 500, bytesHigh: 500 })
})
