/**
 * Scoring with a ViT-B/32 of random weights: pairs a second from picture file to committed score,
 * fp32 and int8 (made by our own quantisation), beside PyTorch (transformers, eager, fp32) doing
 * the same with the same weights and files. PyTorch is asked for in GLEANER_PYTHON or python3.
 *
 *     node test/bench/score.ts [PAIRS] [THREADS] [ROUNDS]
 *
 * Rates are per second of CPU time as well, all processes and threads counted, which other work on
 * the machine disturbs least: that is the rate per core. Other work slows a second of CPU time, too,
 * so all are measured in turn, ROUNDS times over, and the best of each counts.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { createInferenceHost } from '../../src/main/inference/host/client.ts'
import type { PictureTextModel } from '../../src/main/inference/kinds/picture-text/types.ts'
import { runScore } from '../../src/main/jobs/score.ts'
import { int8Of } from '../fidelity/checks.ts'
import { merges, shapeModel } from '../fidelity/models.ts'
import { corpusOf, scoreContext } from '../integration/score-support.ts'
import { INFERENCE_HOST } from '../support/models.ts'
import { numbers } from '../support/numbers.ts'

const ID = 'clip-vit-b-32'
const n = Number(process.argv[2] ?? 96)
/** One, so that a second of CPU time is a second of work: waiting threads of PyTorch spin. */
const threads = Number(process.argv[3] ?? 1)
const rounds = Number(process.argv[4] ?? 2)

interface Rates {
  name: string
  /** From picture files to vectors; a second, and a second of CPU time. */
  images: number
  imagesPerCore: number
  textsPerCore: number
  pairs: number | null
  pairsPerCore: number | null
}

/** Seconds of CPU time of a process, its threads included; null where the system does not say. */
function cpuSeconds(pid: number | null): number | null {
  try {
    const stat = readFileSync(`/proc/${pid ?? 'self'}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return (Number(fields[11]) + Number(fields[12])) / 100
  } catch {
    return null
  }
}

const WORDS =
  'the a of old red stone bridge river harbour winter photograph map woman reading paper street market boats and in with on two children'.split(
    ' ',
  )

/** Captions of 4 to 20 words, as alt texts are. */
function captionOf(seed: number): string {
  const { below } = numbers(seed)
  return Array.from({ length: 4 + below(17) }, () => WORDS[below(WORDS.length)]).join(' ')
}

/** A JPEG of the size that pages have, with enough in it that it is not decoded for nothing. */
async function pictureOf(seed: number): Promise<Buffer> {
  const { below } = numbers(seed)
  const [width, height] = seed % 3 === 0 ? [420, 560] : [640, 427]
  const shapes = Array.from({ length: 60 }, () => {
    const colour = `rgb(${below(256)},${below(256)},${below(256)})`
    return `<ellipse cx="${below(width)}" cy="${below(height)}" rx="${below(120)}" ry="${below(90)}" fill="${colour}" opacity="0.8"/>`
  })
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="100%" height="100%" fill="#bcd"/>${shapes.join('')}</svg>`
  return sharp(Buffer.from(svg)).jpeg({ quality: 85 }).toBuffer()
}

if (merges() === null) {
  console.log("skipped: CLIP's vocabulary is not on this machine (../shared/data/clip/reference)")
} else await main()

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'gleaner-bench-score-'))
  const rates: Rates[] = []
  try {
    const pictures: Buffer[] = []
    for (let i = 0; i < n; i++) pictures.push(await pictureOf(i))
    const files = pictures.map((bytes, i) => {
      const path = join(folder, `${i}.jpg`)
      writeFileSync(path, bytes)
      return path
    })
    const captions = Array.from({ length: n }, (_, i) => captionOf(i + 1000))
    writeFileSync(join(folder, 'captions.json'), JSON.stringify(captions))

    const fp32 = await shapeModel(ID)
    const int8 = await int8Of(fp32)
    let missing: string | null = null
    for (let round = 0; round < rounds; round++) {
      for (const model of [fp32, int8]) {
        keepBest(rates, await measure(model, { pictures, files, captions }))
      }
      const peer = pytorch(folder)
      if (typeof peer === 'string') missing = peer
      else keepBest(rates, peer)
    }

    console.log(
      `${n} pairs, best of ${rounds}, ${threads} ${threads === 1 ? 'thread' : 'threads'} a graph, ${cpus()[0]?.model.trim() ?? ''}, load ${loadavg()[0]?.toFixed(1) ?? ''}, ViT-B/32 with random weights`,
    )
    const f = (value: number | null): string =>
      value === null || !Number.isFinite(value) ? '' : value.toFixed(1)
    console.table(
      rates.map((rate) => ({
        '': rate.name,
        'images/s': f(rate.images),
        'images/s and core': f(rate.imagesPerCore),
        'texts/s and core': f(rate.textsPerCore),
        'pairs/s to committed score': f(rate.pairs),
        'pairs/s and core': f(rate.pairsPerCore),
      })),
    )
    if (missing !== null) console.log(`PyTorch: not measured, ${missing}`)
    const say = (what: string, value: number, goal: number): void =>
      console.log(
        `${value >= goal ? 'ok    ' : 'MISSED'} ${what}: ${value.toFixed(1)}, goal ${goal}`,
      )
    const [ours, eight, peer] = rates as [Rates, Rates, Rates?]
    if (peer) {
      say('fp32 images a core, times PyTorch', ours.imagesPerCore / peer.imagesPerCore, 1.2)
      say('int8 images a core, times PyTorch', eight.imagesPerCore / peer.imagesPerCore, 4)
    }
    say('int8 pairs a second and core, all in', eight.pairsPerCore ?? 0, 40)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

interface Material {
  pictures: Buffer[]
  files: string[]
  captions: string[]
}

/** One model's rates, in a process of its own. */
async function measure(
  model: PictureTextModel,
  { pictures, files, captions }: Material,
): Promise<Rates> {
  const host = createInferenceHost(INFERENCE_HOST, { threads })
  const loaded = await host.open(model, 'cpu')
  const sources = files.map((path) => ({ path }))
  await loaded.encodeImages(sources.slice(0, 16))
  await loaded.encodeTexts(captions.slice(0, 16))
  const timed = async (work: () => Promise<unknown>): Promise<{ wall: number; cpu: number }> => {
    const cpu = (cpuSeconds(host.pid) ?? 0) + (cpuSeconds(null) ?? 0)
    const began = performance.now()
    await work()
    return {
      wall: (performance.now() - began) / 1000,
      cpu: (cpuSeconds(host.pid) ?? NaN) + (cpuSeconds(null) ?? NaN) - cpu,
    }
  }
  const images = await timed(() => loaded.encodeImages(sources))
  const texts = await timed(() => loaded.encodeTexts(captions))
  const corpus = corpusOf(
    pictures.map((picture, i) => ({
      picture,
      imageUrl: `http://page.example/${i}.jpg`,
      alt: captions[i] ?? '',
    })),
  )
  const input = { corpus: corpus.path, text: 'alt', device: 'cpu' } as const
  const job = await timed(() => runScore(corpus, input, scoreContext(), model, host))
  corpus.close()
  rmSync(corpus.path, { recursive: true, force: true })
  await host.close()
  return {
    name: `Gleaner ${model.manifest.dtype}`,
    images: n / images.wall,
    imagesPerCore: n / images.cpu,
    textsPerCore: n / texts.cpu,
    pairs: n / job.wall,
    pairsPerCore: n / job.cpu,
  }
}

/** Each rate on its own: other work may have slowed one part of a round and not another. */
function keepBest(rates: Rates[], measured: Rates): void {
  const known = rates.find(({ name }) => name === measured.name)
  if (!known) {
    rates.push(measured)
    return
  }
  const better = (a: number | null, b: number | null): number | null =>
    a === null || b === null ? a : Math.max(a, b)
  known.images = Math.max(known.images, measured.images)
  known.imagesPerCore = Math.max(known.imagesPerCore, measured.imagesPerCore)
  known.textsPerCore = Math.max(known.textsPerCore, measured.textsPerCore)
  known.pairs = better(known.pairs, measured.pairs)
  known.pairsPerCore = better(known.pairsPerCore, measured.pairsPerCore)
}

/** PyTorch's rates with the same weights and files, or why there are none. */
function pytorch(folder: string): Rates | string {
  const python = process.env.GLEANER_PYTHON ?? 'python3'
  const has = spawnSync(python, ['-c', 'import torch, transformers, PIL'], { encoding: 'utf8' })
  if (has.status !== 0) {
    return `${python} has no torch and transformers (GLEANER_PYTHON names another)`
  }
  const script = fileURLToPath(new URL('../../tools/reference/bench_torch.py', import.meta.url))
  const run = spawnSync(python, ['-W', 'ignore', script, ID, folder, String(threads)], {
    encoding: 'utf8',
    env: { ...process.env, HF_HUB_OFFLINE: '1', GLEANER_MERGES: merges() ?? '' },
  })
  if (run.status !== 0) return `it failed: ${run.stderr.trim().split('\n').at(-1) ?? ''}`
  const line = run.stdout.trim().split('\n').at(-1) ?? ''
  const measured = JSON.parse(line) as Omit<Rates, 'pairs' | 'pairsPerCore'>
  return { ...measured, pairs: null, pairsPerCore: null }
}
