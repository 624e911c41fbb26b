import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32, deflateSync } from 'node:zlib'
import { z } from 'zod'
import type { Device } from '#shared/contract/jobs.ts'
import { AppError, toErrorValue } from '#shared/errors.ts'
import { DEVICE_BOUND, type InferenceHost, type LoadedModel } from '../host/client.ts'
import type { PictureSource } from '../models/protocol.ts'
import { loadTokenizer } from '../tokenize/tokenizer.ts'
import type { ResolvedModel } from '../models/types.ts'
import { largestChange, normaliseRows } from '../models/vectors.ts'

export const REFERENCE_FILE = 'reference.json'

/** See docs/models.md. */
const Reference = z.object({
  madeBy: z.record(z.string(), z.string()).default({}),
  bound: z.number().positive().max(0.1).default(1e-4),
  images: z
    .array(z.object({ png: z.base64(), embedding: z.array(z.number()) }))
    .max(64)
    .default([]),
  texts: z
    .array(
      z.object({
        text: z.string(),
        ids: z.array(z.number().int()).optional(),
        embedding: z.array(z.number()),
      }),
    )
    .max(256)
    .default([]),
})
type Reference = z.infer<typeof Reference>

export interface Check {
  name: string
  ok: boolean
  difference: number | null
  bound: number | null
  note: string
}

export interface VerifyReport {
  ok: boolean
  device: string
  checks: Check[]
}

const TEXTS = [
  'a',
  'a photo of a cat',
  "a drawing of two red circles beside a blue square, on a white background, by someone's child",
  'map',
  'the old stone bridge over the river in winter',
]

/**
 * Runs a model on a device of this machine and compares it with the reference vectors beside it,
 * with the CPU where the device is another, with itself batch by batch, and cut texts with fully
 * padded ones. A difference is the most that any cosine with the vectors at hand changes. Throws
 * only when the device cannot be had.
 */
export async function verifyModel(
  model: ResolvedModel,
  device: Device,
  host: InferenceHost,
): Promise<VerifyReport> {
  const { image, text } = model.manifest
  const checks: Check[] = [
    {
      name: 'preprocessing',
      ok: true,
      difference: null,
      bound: null,
      note: [
        `${image.width} x ${image.height}`,
        `${image.resize.filter} (${image.resize.mode})`,
        `crop as ${image.crop}`,
        image.orientation === 'ignore'
          ? 'camera orientation ignored'
          : 'camera orientation applied',
        image.alpha === 'drop' ? 'transparency dropped' : `transparency laid on ${image.alpha}`,
        `texts up to ${text.contextLength} tokens, cleaning: ${text.clean}`,
      ].join(', '),
    },
  ]
  checks.push(tokenizerCheck(model))
  const dim = model.manifest.embeddingDim
  const attempt = async (name: string, run: () => Promise<Check | null>): Promise<void> => {
    try {
      const check = await run()
      if (check) checks.push(check)
    } catch (error) {
      const note = toErrorValue(error).message
      checks.push({ name, ok: false, difference: null, bound: null, note })
    }
  }
  let loaded: LoadedModel
  try {
    loaded = await host.open(model, device)
  } catch (error) {
    const value = toErrorValue(error)
    if (value.kind === 'unsupported') throw error
    const name = 'the model loads'
    const failed = { name, ok: false, difference: null, bound: null, note: value.message }
    return { ok: false, device, checks: [...checks, failed] }
  }
  for (const reason of loaded.passedOver) {
    checks.push({ name: 'device', ok: true, difference: null, bound: null, note: reason })
  }
  const isExact = loaded.device === 'cpu' && model.manifest.dtype === 'fp32'
  const pictures = [stripes(96, 64), stripes(50, 120), stripes(33, 33)]
  const compare = (
    name: string,
    a: Float32Array,
    b: Float32Array,
    bound: number,
    note: string,
    anchors: Float32Array[] = [],
  ): Check => {
    const difference = largestChange(a, b, dim, anchors)
    return { name, ok: difference <= bound, difference, bound, note }
  }

  await attempt('reference', async () => {
    const path = join(model.folder, REFERENCE_FILE)
    if (!existsSync(path)) {
      const note = `no ${REFERENCE_FILE} beside the model: compared with itself and the CPU only`
      return { name: 'reference', ok: true, difference: null, bound: null, note }
    }
    const reference = readReference(path, dim)
    const bound = isExact ? reference.bound : Math.max(reference.bound, DEVICE_BOUND)
    const made = Object.entries(reference.madeBy)
      .map(([name, version]) => `${name} ${version}`)
      .join(', ')
    const wantedImages = flat(reference.images, dim)
    const wantedTexts = flat(reference.texts, dim)
    const withIds = reference.texts.filter((text) => text.ids)
    await attempt('token ids', async () => {
      if (withIds.length === 0) return null
      const ids = await loaded.ids(withIds.map(({ text }) => text))
      const wrong = withIds.filter((text, i) => text.ids?.join() !== ids[i]?.join())
      const note =
        wrong[0] === undefined ? `${withIds.length} texts` : `differ for "${wrong[0].text}"`
      return { name: 'token ids', ok: wrong.length === 0, difference: wrong.length, bound: 0, note }
    })
    await attempt('pictures against the reference', async () => {
      if (reference.images.length === 0) return null
      const sources = reference.images.map(({ png }) => ({ base64: png }))
      const vectors = await picturesOf(loaded, sources)
      return compare('pictures against the reference', vectors, wantedImages, bound, made, [
        wantedTexts,
      ])
    })
    await attempt('texts against the reference', async () => {
      if (reference.texts.length === 0) return null
      const vectors = await loaded.encodeTexts(reference.texts.map(({ text }) => text))
      return compare('texts against the reference', vectors, wantedTexts, bound, made, [
        wantedImages,
      ])
    })
    return null
  })

  const own = isExact ? 1e-4 : DEVICE_BOUND
  await attempt('one by one', async () => {
    const together = await picturesOf(loaded, pictures)
    const single: Float32Array[] = []
    for (const picture of pictures) single.push(await picturesOf(loaded, [picture]))
    const note = 'pictures in a batch against each alone'
    return compare('one by one', together, join32(single), own, note)
  })
  await attempt('cut texts', async () => {
    if (model.manifest.text.padding !== 'longest') return null
    // Each alone, so that each is cut at its own end.
    const cut: Float32Array[] = []
    for (const text of TEXTS) cut.push(await loaded.encodeTexts([text]))
    const full = await loaded.encodeTexts(TEXTS, true)
    const note = `texts cut at their end against all padded to ${model.manifest.text.contextLength}`
    return compare('cut texts', join32(cut), full, own, note)
  })
  if (loaded.device !== 'cpu') {
    await attempt('against the CPU', async () => {
      const cpu = await host.open(model, 'cpu')
      try {
        const there = join32([await picturesOf(loaded, pictures), await loaded.encodeTexts(TEXTS)])
        const here = join32([await picturesOf(cpu, pictures), await cpu.encodeTexts(TEXTS)])
        return compare('against the CPU', there, here, DEVICE_BOUND, loaded.device)
      } finally {
        await cpu.release()
      }
    })
  }
  await loaded.release()
  return { ok: checks.every((check) => check.ok), device: loaded.device, checks }
}

/** Whose code cuts texts into tokens: ours, which is the reference's to the id, or the fallback. */
function tokenizerCheck({ folder, manifest }: ResolvedModel): Check {
  const check = { name: 'tokenizer', ok: true, difference: null, bound: null }
  try {
    const json = readFileSync(join(folder, manifest.text.tokenizer), 'utf8')
    const { kind, implementation } = loadTokenizer(json)
    const note =
      implementation === 'own'
        ? `${kind}, own exact implementation`
        : `${kind}, fallback: a step is not known here, rare characters may get other ids`
    return { ...check, note }
  } catch (error) {
    return { ...check, ok: false, note: toErrorValue(error).message }
  }
}

function readReference(path: string, dim: number): Reference {
  let value: unknown
  try {
    value = JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw new AppError('model', `${REFERENCE_FILE} is not JSON: ${(error as Error).message}`)
  }
  const parsed = Reference.safeParse(value)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    throw new AppError(
      'model',
      `${REFERENCE_FILE}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is wrong'}`,
    )
  }
  const rows = [...parsed.data.images, ...parsed.data.texts]
  if (rows.some(({ embedding }) => embedding.length !== dim)) {
    throw new AppError('model', `${REFERENCE_FILE} holds vectors that are not ${dim} long`)
  }
  return parsed.data
}

async function picturesOf(loaded: LoadedModel, sources: PictureSource[]): Promise<Float32Array> {
  const { vectors, failures } = await loaded.encodeImages(sources)
  const [first] = failures.values()
  if (first !== undefined) throw new AppError('model', `a test picture was refused: ${first}`)
  return vectors
}

/** In one array, brought to unit length whatever was written. */
function flat(rows: { embedding: number[] }[], dim: number): Float32Array {
  const vectors = Float32Array.from(rows.flatMap(({ embedding }) => embedding))
  if (!normaliseRows(vectors, dim))
    throw new AppError('model', `${REFERENCE_FILE} holds a zero vector`)
  return vectors
}

function join32(parts: Float32Array[]): Float32Array {
  const out = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

/** A PNG with colour and edges, so that a wrong resize or channel order shows. */
function stripes(width: number, height: number): PictureSource {
  const rows = Buffer.alloc(height * (1 + width * 3))
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * (1 + width * 3) + 1 + x * 3
      rows[at] = (x * 5) & 255
      rows[at + 1] = (x >> 3) & 1 ? 230 : 20
      rows[at + 2] = 255 - ((y * 7 + x) & 255)
    }
  }
  const chunk = (kind: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(kind, 'latin1'), data])
    const out = Buffer.alloc(body.length + 8)
    out.writeUInt32BE(data.length, 0)
    body.copy(out, 4)
    out.writeUInt32BE(crc32(body), body.length + 4)
    return out
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header[8] = 8
  header[9] = 2
  const png = Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ])
  return { base64: png.toString('base64') }
}
