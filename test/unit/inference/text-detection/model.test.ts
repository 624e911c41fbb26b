/** Models that find text: as folders, and on pictures that they have not seen (tools/train-text-models). */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  createInferenceHost,
  type InferenceHost,
} from '../../../../src/main/inference/host/client.ts'
import { pickFiles } from '../../../../src/main/inference/hub/pick-files.ts'
import { coveredShare } from '../../../../src/main/inference/kinds/text-detection/covered-share.ts'
import { inferTextDetection } from '../../../../src/main/inference/kinds/text-detection/infer.ts'
import { textDetection } from '../../../../src/main/inference/kinds/text-detection/kind.ts'
import type { Point } from '../../../../src/main/inference/kinds/text-detection/rectangle.ts'
import type {
  FoundLine,
  LoadedTextDetection,
  PictureText,
} from '../../../../src/main/inference/kinds/text-detection/types.ts'
import {
  addModelFolder,
  listModels,
  resolveAnyModel,
  resolveFolder,
} from '../../../../src/main/inference/models/registry.ts'
import { editDistance } from '#shared/text/shown-words.ts'
import { emptyFolders, INFERENCE_HOST, MODELS } from '../../../support/models.ts'

const TINY = join(MODELS, 'tiny-text')
const PICTURES = fileURLToPath(new URL('../../../fixtures/text/pictures/', import.meta.url))

let host: InferenceHost
let model: LoadedTextDetection
beforeAll(async () => {
  host = createInferenceHost(INFERENCE_HOST)
  model = await host.open(await resolveFolder(emptyFolders(), textDetection, TINY), 'cpu')
})
afterAll(() => host.close())

/** A folder of its own with some of the tiny model's files, under other names if need be. */
function folderOf(files: Record<string, string>, more: Record<string, string> = {}): string {
  const folder = join(mkdtempSync(join(tmpdir(), 'text-')), 'model')
  for (const [name, from] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true })
    cpSync(join(TINY, from), join(folder, name))
  }
  for (const [name, text] of Object.entries(more)) writeFileSync(join(folder, name), text)
  return folder
}

function changed(change: (manifest: Record<string, Record<string, unknown>>) => void): string {
  const folder = folderOf({ 'det.onnx': 'det.onnx', 'rec.onnx': 'rec.onnx' })
  const manifest = JSON.parse(readFileSync(join(TINY, 'gleaner.json'), 'utf8')) as Record<
    string,
    Record<string, unknown>
  >
  change(manifest)
  writeFileSync(join(folder, 'gleaner.json'), JSON.stringify(manifest))
  return folder
}

async function found(picture: Buffer | string, of = model): Promise<PictureText> {
  const source =
    typeof picture === 'string' ? { path: picture } : { base64: picture.toString('base64') }
  const [result] = await of.findText([source])
  if (!result || 'reason' in result) throw new Error(result?.reason)
  return result
}

const pointsOf = ({ corners }: FoundLine): Point[] =>
  [0, 2, 4, 6].map((i): Point => [corners[i] as number, corners[i + 1] as number])

describe('on pictures that it has not seen', () => {
  interface Truth {
    file: string
    lines: { corners: Point[]; text: string }[]
  }
  const truth = JSON.parse(readFileSync(join(PICTURES, 'truth.json'), 'utf8')) as Truth[]

  test('it finds and reads most lines, and hardly any where there are none', async () => {
    const results = await model.findText(truth.map(({ file }) => ({ path: join(PICTURES, file) })))
    const counts = { lines: 0, found: 0, boxes: 0, letters: 0, errors: 0, plain: 0, wrong: 0 }
    for (const [i, { lines }] of truth.entries()) {
      const { lines: boxes, width, height } = results[i] as PictureText
      counts.lines += lines.length
      counts.boxes += boxes.length
      if (lines.length === 0) {
        counts.plain++
        if (boxes.length > 0) counts.wrong++
      }
      const share = (...polygons: Point[][]): number => coveredShare(polygons, width, height)
      for (const { corners, text } of lines) {
        const box = boxes.find((one) => {
          const union = share(pointsOf(one), corners)
          return (share(pointsOf(one)) + share(corners) - union) / union >= 0.5
        })
        if (!box) continue
        counts.found++
        counts.letters += text.length
        counts.errors += Math.min(text.length, editDistance(text, box.text ?? ''))
      }
    }
    expect(counts.lines).toBeGreaterThan(25)
    expect(counts.plain).toBeGreaterThan(5)
    expect(counts.found / counts.lines).toBeGreaterThan(0.75)
    expect(counts.found / counts.boxes).toBeGreaterThan(0.7)
    expect(counts.errors / counts.letters).toBeLessThan(0.25)
    expect(counts.wrong).toBeLessThanOrEqual(1)
  })

  test('the same picture gives the same, alone and among others', async () => {
    const sources = truth.slice(0, 5).map(({ file }) => ({ path: join(PICTURES, file) }))
    const together = await model.findText(sources)
    for (const [i, source] of sources.entries()) {
      expect(await model.findText([source])).toEqual([together[i]])
    }
  })

  test('boxes are measured in pixels of the picture, also where it is made smaller', async () => {
    const { file } = truth.find(({ lines }) => lines.length > 0) as Truth
    const plain = await found(join(PICTURES, file))
    const large = await found(
      await sharp(join(PICTURES, file))
        .resize(plain.width * 4, plain.height * 4, { kernel: 'cubic' })
        .png()
        .toBuffer(),
    )
    expect(large.width).toBe(plain.width * 4)
    expect(large.share).toBeCloseTo(plain.share, 1)
    const [near] = large.lines
    const [wanted] = plain.lines
    expect(Math.abs((near?.corners[0] ?? 0) - 4 * (wanted?.corners[0] ?? 0))).toBeLessThan(40)
  })
})

test('a graph of one size sees the picture fitted in, and boxes are where they were', async () => {
  const folder = changed(({ detector }) => {
    const picture = detector?.['picture'] as Record<string, unknown>
    picture['size'] = { mode: 'pad', width: 288, height: 224 }
  })
  const fitted = await host.open(await resolveFolder(emptyFolders(), textDetection, folder), 'cpu')
  const reference = JSON.parse(readFileSync(join(TINY, 'reference.json'), 'utf8')) as {
    images: { png: string; share: number; texts: string[] }[]
  }
  const picture = Buffer.from(reference.images[0]?.png ?? '', 'base64')
  const [plain, padded] = [await found(picture), await found(picture, fitted)]
  expect(padded).toMatchObject({ width: plain.width, height: plain.height })
  expect(padded.lines).toHaveLength(plain.lines.length)
  for (const [i, { corners }] of padded.lines.entries()) {
    for (const [k, value] of corners.entries()) {
      expect(Math.abs(value - (plain.lines[i]?.corners[k] ?? NaN))).toBeLessThan(8)
    }
  }
  await fitted.release()
})

test('a picture that cannot be decoded is a reason, and the others are looked at', async () => {
  const plain = await sharp({ create: { width: 90, height: 60, channels: 3, background: '#387' } })
    .png()
    .toBuffer()
  const results = await model.findText([
    { base64: Buffer.from('no picture').toString('base64') },
    { base64: plain.toString('base64') },
  ])
  expect(results[0]).toHaveProperty('reason')
  expect(results[1]).toMatchObject({ share: 0, lines: [], width: 90, height: 60 })
})

describe('a folder', () => {
  test('is added, listed and shown with what it does', async () => {
    const folders = emptyFolders()
    await addModelFolder(folders, TINY)
    const [info] = await listModels(folders, { defaultModel: null })
    expect(info).toMatchObject({
      kind: 'text-detection',
      id: 'tiny-text',
      state: 'installed',
      reads: true,
      characters: 74,
    })
    expect((await resolveAnyModel(folders, 'tiny-text')).digest).toBe(info?.digest)
  })

  test('without gleaner.json is taken for PP-OCR, its characters out of the graph', async () => {
    const folder = folderOf({
      'en_PP-OCRv4_det_infer.onnx': 'det.onnx',
      'en_PP-OCRv4_rec_infer.onnx': 'rec.onnx',
    })
    const { manifest } = await resolveAnyModel(emptyFolders(), folder)
    expect(manifest).toMatchObject({
      kind: 'text-detection',
      detector: {
        file: 'en_PP-OCRv4_det_infer.onnx',
        gives: 'probabilities',
        picture: { channels: 'bgr', size: { mode: 'max', side: 960, multiple: 32 } },
      },
      boxes: { threshold: 0.3, boxThreshold: 0.6, unclip: 1.5 },
      recogniser: { gives: 'probabilities', height: 32, minWidth: 320, blank: 'first' },
    })
    expect(
      (manifest as never as { recogniser: { characters: string[] } }).recogniser.characters,
    ).toHaveLength(74)
  })

  test('inference.yml beside each graph says how it is run', async () => {
    const folder = folderOf({ 'det/inference.onnx': 'det.onnx', 'rec/inference.onnx': 'rec.onnx' })
    writeFileSync(
      join(folder, 'det/inference.yml'),
      `PreProcess:
  transform_ops:
  - DecodeImage: {channel_first: false, img_mode: RGB}
  - DetResizeForTest: {resize_long: 640}
  - NormalizeImage: {mean: [0.1, 0.2, 0.3], std: [1, 1, 1], scale: 1./255.}
  - ToCHWImage: null
PostProcess: {name: DBPostProcess, thresh: 0.2, box_thresh: 0.5, max_candidates: 50, unclip_ratio: 2.0}
`,
    )
    const letters = Array.from({ length: 73 }, (_, i) =>
      i === 0 ? '0' : String.fromCharCode(48 + i),
    )
    writeFileSync(
      join(folder, 'rec/inference.yml'),
      `PreProcess:\n  transform_ops:\n  - RecResizeImg: {image_shape: [3, 32, 320]}\nPostProcess:\n  character_dict:\n${letters.map((c) => `  - ${JSON.stringify(c)}`).join('\n')}\n`,
    )
    const { manifest } = await resolveAnyModel(emptyFolders(), folder)
    expect(manifest).toMatchObject({
      detector: {
        picture: {
          channels: 'rgb',
          rescale: 1 / 255,
          mean: [0.1, 0.2, 0.3],
          size: { mode: 'long', side: 640 },
        },
      },
      boxes: { threshold: 0.2, boxThreshold: 0.5, unclip: 2, most: 50 },
      recogniser: { characters: [...letters, ' '] },
    })
  })

  test('config.json of docTR says which values and which letters', () => {
    const vocab = 'abc'
    const folder = folderOf(
      { 'det.onnx': 'det.onnx' },
      {
        'det.json': JSON.stringify({
          task: 'detection',
          mean: [0.798, 0.785, 0.772],
          std: [0.264, 0.2749, 0.287],
          input_shape: [3, 1024, 1024],
          vocab,
        }),
      },
    )
    expect(inferTextDetection(folder, 'a', 'a')).toMatchObject({
      detector: { picture: { channels: 'rgb', mean: [0.798, 0.785, 0.772] } },
      boxes: { boxThreshold: 0.1 },
      recogniser: null,
    })
  })

  test('a detector alone finds and does not read', async () => {
    const folder = folderOf({ 'det.onnx': 'det.onnx' })
    const alone = await host.open(await resolveFolder(emptyFolders(), textDetection, folder), 'cpu')
    const { lines } = await found(join(PICTURES, '1.jpg'), alone)
    expect(lines.every(({ text, confidence }) => text === null && confidence === null)).toBe(true)
    await alone.release()
  })

  test.each([
    [
      'characters that do not fit the graph',
      () =>
        folderOf(
          { 'det.onnx': 'det.onnx', 'rec.onnx': 'rec.onnx' },
          { 'rec.yml': 'PostProcess: {character_dict: [a, b]}' },
        ),
      /tells 75 classes apart, its list has 2 characters/,
    ],
    [
      'a description that is no YAML',
      () => folderOf({ 'det.onnx': 'det.onnx' }, { 'det.yml': 'a: [b' }),
      /det\.yml cannot be used/,
    ],
    [
      'a number that is none',
      () => folderOf({ 'det.onnx': 'det.onnx' }, { 'det.yml': 'PostProcess: {thresh: much}' }),
      /"much" is no number/,
    ],
    [
      'a threshold that cannot be',
      () => folderOf({ 'det.onnx': 'det.onnx' }, { 'det.yml': 'PostProcess: {thresh: 7}' }),
      /boxes\.threshold/,
    ],
    [
      'a graph that reads in place of one that finds',
      () => folderOf({ 'det.onnx': 'rec.onnx' }),
      /det\.onnx does not make a map/,
    ],
  ])('says what is wrong: %s', async (_, make, message) => {
    await expect(resolveFolder(emptyFolders(), textDetection, make())).rejects.toThrow(message)
  })

  test('names of the graph that are wrong are said when it is added', async () => {
    const folder = changed(({ detector }) => Object.assign(detector as object, { map: 'maps' }))
    await expect(addModelFolder(emptyFolders(), folder)).rejects.toThrow(
      'has no output "maps" (it has map)',
    )
  })

  test('a list of characters of another model is said when it reads', async () => {
    const folder = changed(({ recogniser }) =>
      Object.assign(recogniser as object, { characters: ['a', 'b'] }),
    )
    const wrong = await host.open(await resolveFolder(emptyFolders(), textDetection, folder), 'cpu')
    const written = join(PICTURES, '1.jpg')
    await expect(wrong.findText([{ path: written }])).rejects.toThrow(/2 characters and a blank/)
    await wrong.release()
  })

  test('other boxes are another digest, another name is not', async () => {
    const digestOf = async (folder: string): Promise<string> =>
      (await resolveFolder(emptyFolders(), textDetection, folder)).digest
    const plain = await digestOf(TINY)
    const boxes = changed(({ boxes }) => Object.assign(boxes as object, { unclip: 1.6 }))
    const named = changed((manifest) => Object.assign(manifest, { name: 'Another' }))
    expect(await digestOf(boxes)).not.toBe(plain)
    expect(await digestOf(named)).toBe(plain)
  })
})

test('verifying compares with the reference beside it, and fails where boxes are made otherwise', async () => {
  const verified = await textDetection.verify(
    await resolveFolder(emptyFolders(), textDetection, TINY),
    'cpu',
    host,
  )
  expect(verified.checks.map(({ name, ok }) => [name, ok])).toEqual([
    ['preprocessing', true],
    ['text of the reference', true],
  ])
  const other = changed(({ boxes }) => Object.assign(boxes as object, { unclip: 0.2 }))
  cpSync(join(TINY, 'reference.json'), join(other, 'reference.json'))
  const wrong = await textDetection.verify(
    await resolveFolder(emptyFolders(), textDetection, other),
    'cpu',
    host,
  )
  expect(wrong.ok).toBe(false)
  rmSync(other, { recursive: true })
})

describe('a repository of the hub', () => {
  const source = { repository: 'org/ocr', revision: 'main', variant: 'fp32' } as const
  test('its detector, what reads, their descriptions and characters are fetched', () => {
    const names = [
      ...['README.md', 'det/inference.onnx', 'det/inference.yml', 'rec/inference.onnx'],
      ...['rec/inference.yml', 'dict.txt', 'requirements.txt', 'picture.png'],
    ]
    expect(pickFiles(names, source)).toEqual([
      ...['README.md', 'det/inference.onnx', 'rec/inference.onnx'],
      ...['det/inference.yml', 'dict.txt', 'rec/inference.yml'],
    ])
  })
  test('several detectors are not chosen among', () => {
    expect(() => pickFiles(['a_det.onnx', 'b_det.onnx'], source)).toThrow(/no fp32 graphs/)
  })
})
