/** `gleaner generate` as a program of its own: pictures, their recipes, going on, what is refused. */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseGeneration } from '../../src/main/evaluation/generated/parse-generation.ts'
import { createPictureHost } from '../../src/main/images/host-client.ts'
import { sha256OfFile } from '../../src/main/files/digest.ts'
import { gleaner, type Outcome } from '../support/cli.ts'
import {
  decoderSays,
  FACTOR,
  meanOf,
  unetSays,
  writeTinyDiffusion,
} from '../support/tiny-diffusion.ts'

const root = mkdtempSync(join(tmpdir(), 'generate-'))
const home = join(root, 'home')
const model = join(root, 'tiny')
const pictures = createPictureHost(
  new URL('../../src/main/images/picture-host.ts', import.meta.url),
  {
    parallel: 1,
  },
)
beforeAll(() => void writeTinyDiffusion(model))
afterAll(async () => {
  await pictures.close()
  rmSync(root, { recursive: true, force: true })
})

const run = (...args: string[]): Promise<Outcome> =>
  gleaner(['generate', '-', '--model', model, '--device', 'cpu', ...args], { home })
const made = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.png'))
    .sort()
const digests = (folder: string): Promise<string[]> =>
  Promise.all(made(folder).map((name) => sha256OfFile(join(folder, name))))

/** A `.npy` of version 1. */
function writeNpy(path: string, shape: number[], values: Float32Array): string {
  const about = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(', ')},), }`
  const header = Buffer.from(`${about}${' '.repeat(63 - ((10 + about.length) % 64))}\n`, 'latin1')
  const size = Buffer.alloc(2)
  size.writeUInt16LE(header.length)
  const magic = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0])
  writeFileSync(path, Buffer.concat([magic, size, header, new Uint8Array(values.buffer)]))
  return path
}

describe('prompts', () => {
  const out = join(root, 'six')
  const prompts = join(root, 'prompts.txt')
  const args = [
    '--prompts',
    prompts,
    '--count',
    '2',
    '--seed',
    '41',
    '--steps',
    '3',
    '--negative',
    'fog',
    '--out',
    out,
  ]

  test('become pictures in order, each with its recipe, and a list', async () => {
    writeFileSync(prompts, 'a cat, "old"\n\n  two dögs \nthe sea\n')
    const outcome = await run(...args)
    expect(outcome).toMatchObject({ code: 0 })
    expect(outcome.stdout).toContain('Pictures: 6 in')
    expect(outcome.stderr).toContain('1 empty lines were passed over')
    expect(made(out)).toEqual(
      ['0001', '0002', '0003', '0004', '0005', '0006'].map((n) => `${n}.png`),
    )
    const list = JSON.parse(readFileSync(join(out, 'run.json'), 'utf8')) as {
      prompts: string[]
      pictures: object[]
    }
    expect(list.prompts).toEqual(['a cat, "old"', 'two dögs', 'the sea'])
    expect(list.pictures[3]).toEqual({ file: '0004.png', prompt: 1, take: 1, seed: '44' })
  })

  test('are read out of the pictures by what takes pictures into studies', async () => {
    const answer = await pictures.metadata({ path: join(out, '0004.png') })
    if (!answer.ok) throw new Error(answer.detail)
    const recipe = parseGeneration(answer.metadata)
    expect(recipe).toMatchObject({
      program: 'gleaner',
      prompt: 'two dögs',
      negativePrompt: 'fog',
      seed: '44',
      steps: 3,
      guidance: 7.5,
      sampler: 'ddim',
      size: { width: 16, height: 16 },
      model: 'tiny',
      problems: [],
    })
    // What other programs read says the same.
    const texts = answer.metadata.texts.filter(({ keyword }) => keyword !== 'gleaner')
    expect(parseGeneration({ ...answer.metadata, texts })).toMatchObject({
      program: 'automatic1111',
      prompt: 'two dögs',
      negativePrompt: 'fog',
      seed: '44',
      steps: 3,
      guidance: 7.5,
      sampler: 'ddim',
      model: 'tiny',
    })
  })

  test('are gone on with where some are missing: the same pictures, none made twice', async () => {
    const before = await digests(out)
    expect(new Set(before).size).toBe(6)
    rmSync(join(out, '0002.png'))
    rmSync(join(out, '0005.png'))
    const outcome = await run(...args)
    expect(outcome.stdout).toContain('There before: 4')
    expect(outcome.stdout).toContain('for 2 pictures of 3 steps')
    expect(await digests(out)).toEqual(before)
  })

  test('a picture is made again by its recipe alone', async () => {
    const again = join(root, 'again')
    const recipe = ['--prompt', 'two dögs', '--seed', '44', '--steps', '3', '--negative', 'fog']
    expect(await run(...recipe, '--out', again)).toMatchObject({ code: 0 })
    expect(await sha256OfFile(join(again, '0001.png'))).toBe(
      await sha256OfFile(join(out, '0004.png')),
    )
  })

  test('another run into the same folder is refused, and so is a folder of something else', async () => {
    const other = await run('--prompt', 'x', '--seed', '1', '--out', out)
    expect(other.code).not.toBe(0)
    expect(other.stderr).toContain('holds the pictures of another run')
    const full = join(root, 'full')
    mkdirSync(full)
    copyFileSync(prompts, join(full, 'notes.txt'))
    const into = await run('--prompt', 'x', '--out', full)
    expect(into.stderr).toContain('is not empty')
    expect(made(full)).toEqual([])
  })
})

test('given numbers give the picture that the formulas give', async () => {
  const out = join(root, 'given')
  const start = Float32Array.from({ length: 4 * 2 * 3 }, (_, i) => Math.cos(i * 1.7))
  const noise = Float32Array.from({ length: 24 }, (_, i) => Math.sin(i * 0.9))
  const outcome = await run(
    ...[
      '--prompt',
      'a',
      '--scheduler',
      'ddpm',
      '--steps',
      '2',
      '--guidance',
      '1',
      '--size',
      '12x8',
    ],
    ...['--latents', writeNpy(join(root, 'latents.npy'), [1, 4, 2, 3], start)],
    ...['--noise', writeNpy(join(root, 'noise.npy'), [2, 12], noise), '--out', out],
  )
  // Two rows of twelve are no row of 24 numbers... for the second step; the first is there.
  expect(outcome.code).not.toBe(0)
  expect(outcome.stderr).toContain('row 2 of 24 is needed')
  const both = new Float32Array(48)
  both.set(noise)
  both.set(
    noise.map((x) => -x),
    24,
  )
  const args = [
    ...[
      '--prompt',
      'a',
      '--scheduler',
      'ddpm',
      '--steps',
      '2',
      '--guidance',
      '1',
      '--size',
      '12x8',
    ],
    ...['--latents', join(root, 'latents.npy')],
    ...[
      '--noise',
      writeNpy(join(root, 'noise-2.npy'), [2, 24], both),
      '--out',
      join(root, 'given-2'),
    ],
  ]
  expect(await run(...args)).toMatchObject({ code: 0 })

  const betas = Array.from(
    { length: 1000 },
    (_, i) => (Math.sqrt(0.00085) + (i / 999) * (Math.sqrt(0.012) - Math.sqrt(0.00085))) ** 2,
  )
  const bar = (t: number): number =>
    betas.slice(0, t + 1).reduce((product, beta) => product * (1 - beta), 1)
  const mean = meanOf([512, 256 + 64, 513])
  const latents = start.map((value, i) => {
    let x = value
    for (const [k, t, next] of [
      [0, 501, bar(1)],
      [1, 1, 1],
    ] as const) {
      const now = bar(t)
      const alpha = now / next
      const x0 = (x - Math.sqrt(1 - now) * unetSays(x, mean, t)) / Math.sqrt(now)
      const variance = Math.max(((1 - next) / (1 - now)) * (1 - alpha), 1e-20)
      x =
        ((Math.sqrt(next) * (1 - alpha)) / (1 - now)) * x0 +
        ((Math.sqrt(alpha) * (1 - next)) / (1 - now)) * x +
        Math.sqrt(variance) * (both[k * 24 + i] as number)
    }
    return x
  })
  const { data, info } = await sharp(join(root, 'given-2/0001.png'))
    .raw()
    .toBuffer({ resolveWithObject: true })
  expect(info).toMatchObject({ width: 12, height: 8, channels: 3 })
  const latentAt = (c: number, y: number, x: number): number =>
    (latents[(c * 2 + y) * 3 + x] as number) / FACTOR
  for (let y = 0; y < 8; y++) {
    for (let x = 0; x < 12; x++) {
      for (let c = 0; c < 3; c++) {
        const value = decoderSays(latentAt, c, y, x) / 2 + 0.5
        const wanted = 255 * Math.min(1, Math.max(0, value))
        expect(Math.abs((data[(y * 12 + x) * 3 + c] as number) - wanted)).toBeLessThan(0.51)
      }
    }
  }
})

test('a picture can be the start, and less of it stays the stronger the run', async () => {
  const start = join(root, 'start.png')
  await sharp({ create: { width: 40, height: 40, channels: 3, background: '#c04010' } })
    .png()
    .toFile(start)
  const difference = async (strength: string): Promise<number> => {
    const out = join(root, `from-${strength}`)
    const outcome = await run(
      ...['--prompt', 'a', '--seed', '3', '--steps', '10', '--image', start],
      ...['--strength', strength, '--guidance', '1', '--out', out],
    )
    expect(outcome).toMatchObject({ code: 0 })
    const weak = await sharp(join(root, 'from-0.1/0001.png')).raw().toBuffer()
    const mine = await sharp(join(out, '0001.png')).raw().toBuffer()
    return mine.reduce((sum, value, i) => sum + Math.abs(value - (weak[i] as number)), 0)
  }
  expect(await difference('0.1')).toBe(0)
  const [some, much] = [await difference('0.3'), await difference('0.9')]
  expect(some).toBeGreaterThan(0)
  expect(much).toBeGreaterThan(some)
})

describe('what cannot be is refused', () => {
  test.each([
    [[], /There is no prompt/],
    [['--prompt', 'x', '--seed', 'x'], /A whole number from 0 to 18446744073709551615/],
    [['--prompt', 'x', '--seed', '18446744073709551616'], /A whole number from 0 to/],
    [['--prompt', 'x', '--size', '17x16'], /17 x 16 cannot be made/],
    [['--prompt', 'x', '--scheduler', 'heun'], /heun/],
    [['--prompt', 'x', '--eta', '0.5', '--scheduler', 'euler'], /euler has no eta/],
    [['--prompt', 'x', '--scheduler', 'lcm', '--steps', '60'], /distilled for 50/],
  ])('%j', async (args, message) => {
    const out = join(root, 'refused')
    const outcome = await run(...args, '--out', out)
    expect(outcome.code).not.toBe(0)
    expect(outcome.stderr).toMatch(message)
    if (existsSync(out)) expect(made(out)).toEqual([])
    rmSync(out, { recursive: true, force: true })
  })

  test('a decoder that overflows leaves no picture', async () => {
    const broken = writeTinyDiffusion(join(root, 'broken'), { overflows: true })
    const out = join(root, 'black')
    const outcome = await gleaner(
      ['generate', '-', '--model', broken, '--device', 'cpu', '--prompt', 'x', '--out', out],
      { home },
    )
    expect(outcome.code).not.toBe(0)
    expect(outcome.stderr).toContain('vae_decoder/model.onnx')
    expect(made(out)).toEqual([])
  })
})
