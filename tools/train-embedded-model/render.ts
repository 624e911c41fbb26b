/**
 * Draws training material and writes it to standard output, for prepare.py to read.
 *
 * node render.ts scenes COUNT SEED train|combination|style
 * node render.ts pictograms FOLDER_WITH_NODE_MODULES SET
 * node render.ts clipart FOLDER MOST
 *
 * Each picture is: length of the JSON (u32, little endian), JSON, width, height, channels (u32 each),
 * raw pixels. Pictograms and clip art keep their alpha.
 */
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { once } from 'node:events'
import sharp from 'sharp'
import { hash, random } from '../draw/random.ts'
import type { Random } from '../draw/random.ts'
import { inventScene, sceneKey, sceneSvg } from '../draw/scene.ts'
import type { Scene } from '../draw/scene.ts'
import { STYLES } from '../draw/styles.ts'
import { changeOneThing, describe } from '../draw/words.ts'
import { sampleSceneKeys } from './sample-scenes.ts'

sharp.concurrency(1)

const DIRECTED = /\b(left|right|above|below|over|under|behind|front|before|then|between)\b/

/** The style that no training picture is drawn in. */
const HELD_OUT_STYLE = 'print'

/** One in twelve (thing, colour) combinations is never seen in training. */
function hasHeldOutCombination(scene: Scene): boolean {
  return scene.items.some(
    (item) => !item.thing.motley && hash(`${item.colour} ${item.thing.name}`) % 12 === 0,
  )
}

interface Picture {
  meta: Record<string, unknown>
  width: number
  height: number
  channels: number
  pixels: Buffer
}

async function write(picture: Picture): Promise<void> {
  const json = Buffer.from(JSON.stringify(picture.meta))
  const head = Buffer.alloc(4)
  head.writeUInt32LE(json.length)
  const shape = Buffer.alloc(12)
  shape.writeUInt32LE(picture.width, 0)
  shape.writeUInt32LE(picture.height, 4)
  shape.writeUInt32LE(picture.channels, 8)
  const more = process.stdout.write(Buffer.concat([head, json, shape, picture.pixels]))
  if (!more) await once(process.stdout, 'drain')
}

/** A sentence and one that differs in a word or two and is false. */
function sentences(scene: Scene, rnd: Random): { text: string; negative: string } {
  for (let tries = 0; ; tries++) {
    const seed = rnd.below(0x7fffffff)
    const text = describe(scene, random(seed))
    const changed = changeOneThing(scene, rnd)
    const negative = describe(changed, random(seed))
    const swapped =
      changed.items[0]?.thing !== scene.items[0]?.thing &&
      changed.items.at(-1)?.thing === scene.items[0]?.thing
    const isFalse = negative !== text && (!swapped || DIRECTED.test(text.toLowerCase()))
    if (isFalse || tries > 20) return { text, negative: isFalse ? negative : '' }
  }
}

async function scenes(count: number, seed: number, part: string): Promise<void> {
  const rnd = random(seed)
  const seen = sampleSceneKeys()
  const styles =
    part === 'style'
      ? ([HELD_OUT_STYLE] as const)
      : STYLES.filter((style) => style !== HELD_OUT_STYLE)
  let done = 0
  while (done < count) {
    const scene = inventScene(rnd, { styles })
    const key = sceneKey(scene)
    const held = hasHeldOutCombination(scene)
    if (held !== (part === 'combination') && part !== 'style') continue
    // Training may show a scene twice, in another hand; a test may not, nor what the sample shows.
    if (seen.has(key)) continue
    if (part !== 'train') seen.add(key)
    const pairs = Array.from({ length: 6 }, () => sentences(scene, rnd))
    const half = { ...scene }
    const { data, info } = await sharp(
      Buffer.from(
        sceneSvg(half).replace(
          /width="\d+" height="\d+"/,
          `width="${scene.width / 2}" height="${scene.height / 2}"`,
        ),
      ),
    )
      .flatten({ background: '#ffffff' })
      .raw()
      .toBuffer({ resolveWithObject: true })
    await write({
      meta: {
        source: 'scene',
        style: scene.style,
        concept: key,
        texts: pairs.map((p) => p.text),
        negatives: pairs.map((p) => p.negative),
      },
      width: info.width,
      height: info.height,
      channels: info.channels,
      pixels: data,
    })
    done++
  }
}

async function rasterRgba(svg: string, side: number): Promise<Picture | null> {
  try {
    const { data, info } = await sharp(Buffer.from(svg), { limitInputPixels: 4e8 })
      .resize({
        width: side,
        height: side,
        fit: 'contain',
        background: { r: 255, g: 255, b: 255, alpha: 0 },
      })
      .ensureAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true })
    return {
      meta: {},
      width: info.width,
      height: info.height,
      channels: info.channels,
      pixels: data,
    }
  } catch {
    return null
  }
}

interface IconSet {
  width?: number
  height?: number
  icons: Record<string, { body: string; width?: number; height?: number }>
}

async function pictograms(folder: string, set: string): Promise<void> {
  const modules = join(folder, 'node_modules')
  const icons = JSON.parse(
    await readFile(join(modules, '@iconify-json', set, 'icons.json'), 'utf8'),
  ) as IconSet
  const emoji = JSON.parse(
    await readFile(join(modules, 'emojibase-data', 'en', 'data.json'), 'utf8'),
  ) as {
    label: string
    tags?: string[]
    group?: number
  }[]
  const words = new Map(
    emoji.map((entry) => [
      entry.label
        .toLowerCase()
        .replace(/[’'.“”:,()!]/g, '')
        .replace(/&/g, 'and')
        .replace(/\s+/g, '-'),
      entry,
    ]),
  )
  for (const [name, icon] of Object.entries(icons.icons)) {
    if (
      /skin-tone|medium|-light$|-dark$|^flag-|keycap|^regional|^(black|white)-(large|small)/.test(
        name,
      )
    )
      continue
    const entry = words.get(name) ?? words.get(name.replace(/-face$/, ''))
    const width = icon.width ?? icons.width ?? 16
    const height = icon.height ?? icons.height ?? width
    const picture = await rasterRgba(
      `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="192" height="192" viewBox="0 0 ${width} ${height}">${icon.body}</svg>`,
      192,
    )
    if (!picture) continue
    const spoken = name.replace(/-/g, ' ')
    await write({
      ...picture,
      meta: {
        source: 'pictogram',
        style: set,
        concept: spoken,
        texts: [spoken],
        keywords: entry?.tags ?? [],
        known: entry !== undefined,
      },
    })
  }
}

async function clipart(folder: string, most: number): Promise<void> {
  const files = (await readdir(folder, { recursive: true }))
    .filter((file) => file.endsWith('.svg'))
    .sort()
  let done = 0
  for (const file of random(7).shuffle(files)) {
    if (done >= most) return
    const svg = await readFile(join(folder, file), 'utf8')
    if (svg.length > 120_000 || file.includes('flags')) continue
    const title =
      (/<dc:title>\s*([^<]+?)\s*</.exec(svg) ??
        /<title[^>]*>\s*([^<]+?)\s*</.exec(svg))?.[1]?.trim() ?? ''
    if (
      title.length < 3 ||
      title.length > 70 ||
      !/^[\x20-\x7e]+$/.test(title) ||
      /untitled|openclipart/i.test(title)
    )
      continue
    const keywords = [...svg.matchAll(/<rdf:li>\s*([^<]{2,30}?)\s*</g)].map((m) => m[1] ?? '')
    const picture = await rasterRgba(svg, 192)
    if (!picture) continue
    await write({
      ...picture,
      meta: {
        source: 'clipart',
        style: 'openclipart',
        concept: title.toLowerCase().replaceAll('_', ' '),
        texts: [title.replaceAll('_', ' ')],
        keywords: keywords.slice(0, 8),
        known: true,
        file,
      },
    })
    done++
  }
}

const [what = '', ...rest] = process.argv.slice(2)
if (what === 'scenes') await scenes(Number(rest[0]), Number(rest[1]), rest[2] ?? 'train')
else if (what === 'pictograms') await pictograms(rest[0] ?? '', rest[1] ?? '')
else if (what === 'clipart') await clipart(rest[0] ?? '', Number(rest[1] ?? 4000))
else throw new RangeError(`scenes, pictograms or clipart, not "${what}"`)
