import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterEach, expect, test } from 'vitest'
import { createPictureHost, type PictureHost } from '../../../src/main/images/host-client.ts'
import { DEFAULT_LIMITS } from '../../../src/main/images/limits.ts'
import type { Figure } from '#shared/figures.ts'
import { drawFigure, figureHeight } from '../../../src/figures/draw.ts'
import { sampleFigures } from '../../support/sample-figures.ts'
import { flat, pixel, pngOf, svg } from './samples.ts'

const REAL = new URL('../../../src/main/images/picture-host.ts', import.meta.url)
const FRAGILE = new URL('./fragile-host.ts', import.meta.url)
const open: PictureHost[] = []
const host = (...args: Parameters<typeof createPictureHost>): PictureHost => {
  const made = createPictureHost(...args)
  open.push(made)
  return made
}
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()))
})

test('pictures are decoded in another process, as bytes or as files, each with its own answer', async () => {
  const decoder = host(REAL, { parallel: 2 })
  const sizes = Array.from({ length: 12 }, (_, i) => 10 + i)
  const answers = await Promise.all(
    sizes.map(async (size) => decoder.decode(await flat(size, 5).png().toBuffer())),
  )
  expect(decoder.pid).not.toBe(process.pid)
  expect(answers.map((one) => one.ok && one.info.width)).toEqual(sizes)
  const last = answers.at(-1)
  if (!last?.ok) throw new Error('not decoded')
  expect((await pixel(last.thumbnail.webp, 2, 2))[0]).toBeGreaterThan(240)

  const path = join(mkdtempSync(join(tmpdir(), 'host-')), 'a.png')
  writeFileSync(path, await flat(77, 5).png().toBuffer())
  expect(await decoder.decode({ path })).toMatchObject({ ok: true, info: { width: 77 } })
  expect(await decoder.decode({ path: `${path}.no` })).toMatchObject({ reason: 'unreadable' })
  expect(await decoder.decode(Buffer.from('<html>'))).toMatchObject({
    ok: false,
    reason: 'not-a-picture html',
  })
  expect(decoder.restarts).toBe(0)
})

test('what fails beside others fails for its own reason', async () => {
  const decoder = host(REAL, { parallel: 8 })
  const jpeg = await flat(400, 300).jpeg().toBuffer()
  const png = await flat(40, 30).png().toBuffer()
  const cut = jpeg.subarray(0, jpeg.length / 2)
  const broken = Buffer.concat([png.subarray(0, 8), Buffer.alloc(60, 7)])
  const alone = [await decoder.decode(cut), await decoder.decode(broken)]
  expect(alone.map((one) => (one.ok ? 'ok' : one.reason))).toEqual(['truncated', 'damaged'])
  const many = await Promise.all(
    Array.from({ length: 400 }, (_, i) => decoder.decode(i % 2 === 0 ? cut : broken)),
  )
  expect(many.filter((one, i) => JSON.stringify(one) !== JSON.stringify(alone[i % 2]))).toEqual([])
})

test('a picture that kills the decoder is the only one that fails', async () => {
  const decoder = host(FRAGILE, { parallel: 3 })
  const good = await flat(20, 20).png().toBuffer()
  const pictures = [good, good, Buffer.from('ABORT'), good, good, Buffer.from('ABORT'), good]
  const answers = await Promise.all(pictures.map((one) => decoder.decode(one)))
  expect(answers.map((one) => (one.ok ? 'ok' : one.reason))).toEqual([
    'ok',
    'ok',
    'decoder-crashed',
    'ok',
    'ok',
    'decoder-crashed',
    'ok',
  ])
  expect(decoder.restarts).toBeGreaterThan(1)
  expect(answers[2]).toMatchObject({ detail: expect.stringContaining('SIGABRT') as string })
})

test('a picture that never ends is stopped, and the others in flight are not blamed', async () => {
  const limits = { ...DEFAULT_LIMITS, seconds: 2 }
  const decoder = host(FRAGILE, { parallel: 2, limits, graceMs: 0 })
  const good = await flat(20, 20).png().toBuffer()
  const answers = await Promise.all(
    [Buffer.from('HANG'), good, good].map((one) => decoder.decode(one)),
  )
  expect(answers.map((one) => (one.ok ? 'ok' : one.reason))).toEqual([
    'decoder-timeout',
    'ok',
    'ok',
  ])
})

test.each([1, 2])(
  'a decoder killed from outside costs no picture, %d in flight',
  async (parallel) => {
    const decoder = host(REAL, { parallel })
    const good = await flat(1500, 1500).png().toBuffer()
    const answers: Promise<unknown>[] = []
    for (let i = 0; i < 20; i++) answers.push(decoder.decode(good))
    await answers[0]
    process.kill(decoder.pid as number, 'SIGKILL')
    for (const answer of await Promise.all(answers)) expect(answer).toMatchObject({ ok: true })
    expect(decoder.restarts).toBe(1)
  },
)

test('a drawing with a bomb inside is ended by its use of memory, and the next picture is decoded', async () => {
  const decoder = host(REAL, { parallel: 1, memory: 250_000_000 })
  const inner = pngOf(9_000, 9_000, true).toString('base64')
  const bomb = svg(`<image href="data:image/png;base64,${inner}" width="9" height="9"/>`)
  expect(bomb.length).toBeLessThan(3_000_000)
  expect(await decoder.decode(bomb)).toMatchObject({ ok: false, reason: 'decoder-out-of-memory' })
  expect(await decoder.decode(await flat(9, 9).png().toBuffer())).toMatchObject({ ok: true })
})

test('a decoder that does not start is an error that says so', async () => {
  const decoder = host(new URL('./no-such-host.ts', import.meta.url))
  await expect(decoder.decode(new Uint8Array([1]))).rejects.toMatchObject({
    message: expect.stringMatching(/does not start/),
    details: expect.stringContaining('no-such-host'),
  })
})

test('what waits when the decoder is closed is rejected', async () => {
  const decoder = host(REAL, { parallel: 1 })
  const good = await flat(500, 500).png().toBuffer()
  const answers = Promise.allSettled([decoder.decode(good), decoder.decode(good)])
  await decoder.close()
  expect((await answers).map((one) => one.status)).toEqual(['rejected', 'rejected'])
  await expect(decoder.decode(good)).rejects.toThrow(/closed/)
})

test('a figure is drawn as PNG, as fine as asked for', async () => {
  const drawer = host(REAL, { parallel: 1 })
  const [figure] = sampleFigures({ models: 2 }) as [Figure]
  const drawing = drawFigure(figure, { width: 400, theme: 'print' })
  const height = figureHeight(figure, 400, { header: true })
  const png = await drawer.figurePng(drawing, 2)
  const { format, width, height: drawn } = await sharp(png).metadata()
  expect({ format, width, drawn }).toEqual({ format: 'png', width: 800, drawn: height * 2 })
  // There is ink on the paper.
  const { channels } = await sharp(png).stats()
  expect(channels[0]?.min).toBeLessThan(40)
  expect(channels[0]?.max).toBe(255)
  await expect(drawer.figurePng('<svg', 2)).rejects.toMatchObject({ kind: 'internal' })
})
