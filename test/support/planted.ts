/** Copies of pictures as they come about on the web, for what finds duplicates. */
import sharp from 'sharp'
import type { Sharp } from 'sharp'
import { inspectPicture, makeThumbnail, smallPixels } from '../../src/main/images/decode.ts'
import { COLOUR_DIFFERS } from '../../src/shared/duplicates.ts'
import type { CopyColours } from '../../src/shared/duplicates.ts'
import { COLOUR_BYTES, colourDistance } from '../../src/main/search/duplicates/colour.ts'
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
  /** The same where copies must be of the same colours. */
  plantedSame: Record<Copy, { n: number; found: number }>
  /** Copies grey, of another hue or twice as saturated, of originals that have colours. */
  otherColours: { n: number; found: number; foundSame: number; named: number }
  /** Copies of the other kinds that were found, and those of them said to differ in colour. */
  ownColours: { found: number; named: number }
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
  const all: Planted[] = []
  const leftOut: Record<string, number> = {}
  let used = 0
  for (const [of, { bytes }] of originals.entries()) {
    const own = await printOf(bytes).catch(() => ({ print: 'unreadable', pixels: 0 }))
    if (typeof own.print === 'string') {
      leftOut[own.print] = (leftOut[own.print] ?? 0) + 1
      continue
    }
    used++
    all.push({ of, copy: null, print: own.print, pixels: own.pixels, isOther: false })
    for (const copy of COPIES) {
      const { print, pixels } = await printOf(await copyOf(bytes, copy, used))
      const isOther = copy === 'recoloured' && used % 5 <= 2 && hasColours(own.print)
      if (typeof print !== 'string') all.push({ of, copy, print, pixels, isOther })
    }
  }
  all.sort((a, b) => b.pixels - a.pixels)
  const any = grouped(all, 'any')
  const same = grouped(all, 'same')
  const nameOf = (i: number): string => originals[all[i]?.of as number]?.name as string
  const isKnown = (a: string, b: string): boolean =>
    known.some((pair) => pair.includes(a) && pair.includes(b))
  const places = all.map((_, i) => i)
  const others = places.filter((i) => all[i]?.isOther)
  const kept = places.filter((i) => all[i]?.copy && all[i].copy !== 'recoloured' && any.isFound(i))
  const countOf = (list: number[], holds: (i: number) => boolean): number =>
    list.filter(holds).length
  const byKind = ({ isFound }: typeof any): Found['planted'] =>
    Object.fromEntries(
      COPIES.map((kind) => {
        const copies = places.filter((i) => all[i]?.copy === kind)
        return [kind, { n: copies.length, found: countOf(copies, isFound) }]
      }),
    ) as Found['planted']
  const wrong = any.joined
    .map(({ member, leader }): [string, string] => [nameOf(member), nameOf(leader)])
    .filter(([a, b]) => a !== b && !isKnown(a, b))
  return {
    ...{ originals: used, leftOut, planted: byKind(any), plantedSame: byKind(same) },
    otherColours: {
      n: others.length,
      found: countOf(others, any.isFound),
      foundSame: countOf(others, same.isFound),
      named: countOf(others, (i) => any.isFound(i) && any.isNamed(i)),
    },
    ownColours: { found: kept.length, named: countOf(kept, any.isNamed) },
    ...{ joined: any.joined.length, wrong },
  }
}

interface Planted {
  of: number
  copy: Copy | null
  print: Fingerprint
  pixels: number
  isOther: boolean
}

const GREY = new Uint8Array(COLOUR_BYTES).fill(128)
const hasColours = ({ colour }: Fingerprint): boolean =>
  colourDistance(colour, GREY) > COLOUR_DIFFERS + 3

function grouped(all: readonly Planted[], colours: CopyColours) {
  const coarse = new Uint32Array(all.length * VIEWS * COARSE)
  all.forEach(({ print }, i) => coarse.set(print.coarse, i * VIEWS * COARSE))
  const { joined } = perceptualGroups(coarse, (i) => all[i]?.print as Fingerprint, {
    ...{ threshold: 6, colours },
  })
  const leaderOf = all.map((_, i) => i)
  for (const { member, leader } of joined) leaderOf[member] = leader
  const groupOf = new Map(all.flatMap(({ of, copy }, i) => (copy ? [] : [[of, leaderOf[i]]])))
  const named = new Set(joined.flatMap((one) => (one.colour > COLOUR_DIFFERS ? [one.member] : [])))
  return {
    joined,
    isFound: (i: number): boolean => leaderOf[i] === groupOf.get((all[i] as Planted).of),
    isNamed: (i: number): boolean => named.has(i),
  }
}
