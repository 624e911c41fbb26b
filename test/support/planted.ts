/** Copies of pictures as they come about on the web, for what finds duplicates. */
import sharp from 'sharp'
import type { Sharp } from 'sharp'
import { inspectPicture, makeThumbnail, smallPixels } from '../../src/main/images/decode.ts'
import { COARSE, fingerprint, SIDE, VIEWS } from '../../src/main/search/duplicates/fingerprint.ts'
import type { Fingerprint } from '../../src/main/search/duplicates/fingerprint.ts'
import { perceptualGroups } from '../../src/main/search/duplicates/perceptual.ts'

/** Nobody keeps these. */
const FAST = { compressionLevel: 1 }

export const COPIES = ['resized', 'recompressed', 'cropped', 'mirrored', 'recoloured'] as const
export type Copy = (typeof COPIES)[number]

/** Shares that are cut off left, top, right and bottom: 5 % of one side, of two, or around. */
const CROPS = [
  [0.05, 0, 0, 0],
  [0, 0, 0.05, 0],
  [0, 0.05, 0, 0],
  [0, 0, 0, 0.05],
  [0.025, 0.025, 0.025, 0.025],
  [0.05, 0.05, 0, 0],
  [0, 0, 0.05, 0.05],
] as const

/** One copy of a picture; which crop and which colours goes by its number. */
export async function copyOf(bytes: Uint8Array, copy: Copy, number: number): Promise<Buffer> {
  const upright = await sharp(bytes).autoOrient().png(FAST).toBuffer()
  const { width, height } = await sharp(upright).metadata()
  const picture = sharp(upright)
  switch (copy) {
    case 'resized':
      return picture
        .resize(Math.max(16, Math.round(width / 2)))
        .png(FAST)
        .toBuffer()
    case 'recompressed':
      return picture.flatten({ background: '#fff' }).jpeg({ quality: 40 }).toBuffer()
    case 'mirrored':
      return picture.flop().png(FAST).toBuffer()
    case 'cropped': {
      const [l, t, r, b] = CROPS[number % CROPS.length] as (typeof CROPS)[number]
      const [left, top] = [Math.round(l * width), Math.round(t * height)]
      return picture
        .extract({
          ...{ left, top },
          width: width - left - Math.round(r * width),
          height: height - top - Math.round(b * height),
        })
        .png(FAST)
        .toBuffer()
    }
    case 'recoloured': {
      const ways = [
        () => picture.greyscale(),
        () => picture.modulate({ hue: 90 }),
        () => picture.modulate({ saturation: 2 }),
        () => picture.modulate({ brightness: 1.2 }),
        () => picture.modulate({ brightness: 0.8 }),
      ]
      return (ways[number % ways.length] as () => Sharp)().png(FAST).toBuffer()
    }
  }
}

/** As the job makes it: of the thumbnail. */
export async function printOf(
  bytes: Uint8Array,
): Promise<{ print: Fingerprint | string; pixels: number }> {
  const { width, height } = await inspectPicture(bytes)
  const { webp } = await makeThumbnail(bytes)
  const picture = await smallPixels(webp, undefined, SIDE)
  return { print: fingerprint(picture, { width, height }), pixels: width * height }
}

export interface Found {
  originals: number
  /** Originals that have no fingerprint, by reason. */
  leftOut: Record<string, number>
  /** By kind: copies that were planted, and those that stand in the group of their original. */
  planted: Record<Copy, { n: number; found: number }>
  /** Pictures that joined a group, and those that joined one of another original. */
  joined: number
  wrong: [string, string][]
}

/**
 * Plants a copy of each kind beside each picture, groups all together, and counts.
 * @param known pairs of originals that are copies of each other as they come, by their names
 */
export async function plantAndFind(
  originals: readonly { name: string; bytes: Uint8Array }[],
  known: readonly [string, string][],
): Promise<Found> {
  const all: { of: number; copy: Copy | null; print: Fingerprint; pixels: number }[] = []
  const leftOut: Record<string, number> = {}
  let used = 0
  for (const [of, { bytes }] of originals.entries()) {
    const own = await printOf(bytes).catch(() => ({ print: 'unreadable', pixels: 0 }))
    if (typeof own.print === 'string') {
      leftOut[own.print] = (leftOut[own.print] ?? 0) + 1
      continue
    }
    used++
    all.push({ of, copy: null, print: own.print, pixels: own.pixels })
    for (const copy of COPIES) {
      const { print, pixels } = await printOf(await copyOf(bytes, copy, used))
      if (typeof print !== 'string') all.push({ of, copy, print, pixels })
    }
  }
  all.sort((a, b) => b.pixels - a.pixels)
  const coarse = new Uint32Array(all.length * VIEWS * COARSE)
  all.forEach(({ print }, i) => coarse.set(print.coarse, i * VIEWS * COARSE))
  const { joined } = perceptualGroups(coarse, (i) => all[i]?.print.fine as Uint32Array, {
    threshold: 6,
  })
  const leaderOf = all.map((_, i) => i)
  for (const { member, leader } of joined) leaderOf[member] = leader
  const nameOf = (i: number): string => originals[all[i]?.of as number]?.name as string
  const isKnown = (a: string, b: string): boolean =>
    known.some((pair) => pair.includes(a) && pair.includes(b))
  const groupOf = new Map(all.flatMap(({ of, copy }, i) => (copy ? [] : [[of, leaderOf[i]]])))
  const planted = Object.fromEntries(
    COPIES.map((kind) => {
      const copies = all.flatMap(({ of, copy }, i) => (copy === kind ? [{ of, i }] : []))
      const found = copies.filter(({ of, i }) => leaderOf[i] === groupOf.get(of)).length
      return [kind, { n: copies.length, found }]
    }),
  ) as Found['planted']
  const wrong = joined
    .map(({ member, leader }): [string, string] => [nameOf(member), nameOf(leader)])
    .filter(([a, b]) => a !== b && !isKnown(a, b))
  return { originals: used, leftOut, planted, joined: joined.length, wrong }
}
