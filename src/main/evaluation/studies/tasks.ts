import { createHash } from 'node:crypto'
import { seededRandom, type Random } from '#shared/random.ts'
import type { AspectForm, StudyDesign } from '#shared/studies/design.ts'

/**
 * What a task is for:
 * - `item`: one picture, counts; `repeat`: the same again, for the rater's consistency with itself
 * - `check`: a picture with a prompt of another group, whose answer is known
 * - `practice`: before the first item; `practice-check`: one of these whose answer is known
 * - `pair`, `pair-repeat`, `pair-check`: the same side by side
 */
export const TASK_KINDS = [
  'item',
  'repeat',
  'check',
  'practice',
  'practice-check',
  'pair',
  'pair-repeat',
  'pair-check',
] as const
export type TaskKind = (typeof TASK_KINDS)[number]

/** A task as it is frozen, the same for every rater. */
export interface StudyTask {
  /** 24 hex digits that say nothing. */
  token: string
  kind: TaskKind
  image: number
  /** The second picture of a comparison; which one stands left is drawn for each rater. */
  other: number | null
  /** The prompt that is shown. */
  prompt: number
  /** Token of the task that this one repeats. */
  repeats: string | null
  /** What an attentive rater answers. */
  expect: Expectation | null
}

/** `aspect` at most `atMost`; in a comparison the picture `image` is chosen. */
export type Expectation = { aspect: string; atMost: number } | { image: number }

export interface TaskImage {
  id: number
  model: number
  prompt: number
  take: number
}

export interface TaskPrompt {
  id: number
  group: string
  level: number
  text: string
}

/** At most this share of the pictures comes twice. */
const MOST_REPEATS = 0.25
/** Prompts of other groups that are looked at for one that has no word in common. */
const TRIES = 20

/**
 * Draws the tasks of a study by its seed and its salt.
 * @param salt known to the study alone. Without it tokens, and which pictures are repeated, checked
 *   or come first in a comparison, tell nothing to who knows the seed and the order of the models.
 */
export function drawTasks(options: {
  images: readonly TaskImage[]
  prompts: readonly TaskPrompt[]
  design: StudyDesign
  salt: string
}): StudyTask[] {
  const { images, design } = options
  const random = seededRandom(secretSeed(options.salt, 'tasks', design.seed))
  const tasks = [
    ...(design.rate ? rateTasks(options, random) : []),
    ...(design.compare ? compareTasks(options, random) : []),
  ]
  const unique = new Set(tasks.map(({ token }) => token))
  if (unique.size !== tasks.length)
    throw new Error(`two of ${images.length} pictures share a token`)
  return tasks
}

/** The most that a picture of something else can be given, as a value. */
const MOST_OF_FOREIGN: Record<AspectForm, number> = { '0-5': 1, 'yes-partly-no': 0, count: 0 }

type Drawing = Parameters<typeof drawTasks>[0]

function rateTasks({ images, prompts, design, salt }: Drawing, random: Random): StudyTask[] {
  const byId = new Map(prompts.map((prompt) => [prompt.id, prompt]))
  const items = images.map((image) => ({
    token: tokenOf(salt, 'item', image.id),
    kind: 'item' as const,
    image: image.id,
    other: null,
    prompt: image.prompt,
    repeats: null,
    expect: null,
  }))
  const repeats = drawSome(items, repeatsOf(items.length, design), random).map((item) => ({
    ...item,
    token: tokenOf(salt, 'repeat', item.image),
    kind: 'repeat' as const,
    repeats: item.token,
  }))
  const aspect = checkAspect(design)
  const mismatched = (image: TaskImage, kind: 'check' | 'practice-check'): StudyTask[] => {
    const shown = foreignPrompt(byId.get(image.prompt), prompts, random)
    if (aspect === null || shown === null) return []
    return [
      {
        token: tokenOf(salt, kind, image.id),
        kind,
        image: image.id,
        other: null,
        prompt: shown.id,
        repeats: null,
        expect: { aspect, atMost: MOST_OF_FOREIGN[formOf(design, aspect)] },
      },
    ]
  }
  const checks = drawSome(images, checksOf(images.length, design), random).flatMap((image) =>
    mismatched(image, 'check'),
  )
  const practised = drawSome(images, Math.min(design.practice, images.length), random)
  const practice = practised.flatMap((image, i): StudyTask[] =>
    i % 2 === 1
      ? mismatched(image, 'practice-check')
      : [
          {
            token: tokenOf(salt, 'practice', image.id),
            kind: 'practice',
            image: image.id,
            other: null,
            prompt: image.prompt,
            repeats: null,
            expect: null,
          },
        ],
  )
  return [...items, ...repeats, ...checks, ...practice]
}

function compareTasks({ images, prompts, design, salt }: Drawing, random: Random): StudyTask[] {
  const byId = new Map(prompts.map((prompt) => [prompt.id, prompt]))
  const byPlace = new Map<string, TaskImage[]>()
  for (const image of images) {
    const place = `${image.prompt} ${image.take}`
    byPlace.set(place, [...(byPlace.get(place) ?? []), image])
  }
  const pairs: StudyTask[] = [...byPlace.values()].flatMap((alike) =>
    alike.flatMap((one, i) =>
      alike.slice(i + 1).map((another) => {
        const token = tokenOf(salt, 'pair', one.id, another.id)
        // The order of their rows is that of the models.
        const [image, other] = isSwapped(salt, token) ? [another, one] : [one, another]
        return {
          token,
          kind: 'pair' as const,
          image: image.id,
          other: other.id,
          prompt: image.prompt,
          repeats: null,
          expect: null,
        }
      }),
    ),
  )
  const repeats = drawSome(pairs, repeatsOf(pairs.length, design), random).map((pair) => ({
    ...pair,
    token: tokenOf(salt, 'pair-repeat', pair.image, pair.other ?? 0),
    kind: 'pair-repeat' as const,
    repeats: pair.token,
  }))
  const imagesOf = (prompt: number): TaskImage[] => images.filter((one) => one.prompt === prompt)
  const checks = drawSome(images, checksOf(pairs.length, design), random).flatMap((image) => {
    const foreign = foreignPrompt(byId.get(image.prompt), prompts, random)
    const others = foreign === null ? [] : imagesOf(foreign.id)
    const odd = others[random.below(others.length)]
    if (!odd) return []
    const token = tokenOf(salt, 'pair-check', image.id, odd.id)
    const [first, other] = isSwapped(salt, token) ? [odd, image] : [image, odd]
    return [
      {
        token,
        kind: 'pair-check' as const,
        image: first.id,
        other: other.id,
        prompt: image.prompt,
        repeats: null,
        expect: { image: image.id },
      },
    ]
  })
  return [...pairs, ...repeats, ...checks]
}

function repeatsOf(n: number, { repeats, leastRepeats }: StudyDesign): number {
  if (repeats === 0) return 0
  return Math.min(Math.floor(n * MOST_REPEATS), Math.max(leastRepeats, Math.round(n * repeats)))
}

function checksOf(n: number, { checkEvery }: StudyDesign): number {
  return checkEvery === 0 ? 0 : Math.floor(n / checkEvery)
}

/** The aspect that a picture with a foreign prompt must fail: "overall", else the last that can. */
function checkAspect({ aspects }: StudyDesign): string | null {
  const able = aspects.filter(({ form }) => form !== 'count')
  return (able.find(({ id }) => id === 'overall') ?? able.at(-1))?.id ?? null
}

function formOf({ aspects }: StudyDesign, id: string): AspectForm {
  return aspects.find((aspect) => aspect.id === id)?.form ?? '0-5'
}

/** A prompt of another group with as few words in common as can be had, the most detailed first. */
function foreignPrompt(
  own: TaskPrompt | undefined,
  prompts: readonly TaskPrompt[],
  random: Random,
): TaskPrompt | null {
  const others = prompts.filter(({ group }) => group !== own?.group)
  if (!own || others.length === 0) return null
  const mine = wordsOf(own.text)
  let best: { prompt: TaskPrompt; common: number } | null = null
  for (let tried = 0; tried < TRIES; tried++) {
    const prompt = others[random.below(others.length)] as TaskPrompt
    const common = [...wordsOf(prompt.text)].filter((word) => mine.has(word)).length
    const isBetter =
      best === null ||
      common < best.common ||
      (common === best.common && prompt.level > best.prompt.level)
    if (isBetter) best = { prompt, common }
  }
  return best?.prompt ?? null
}

/** Words of three letters and more: articles are in every prompt. */
function wordsOf(text: string): Set<string> {
  return new Set(text.toLowerCase().match(/\p{L}{3,}/gu) ?? [])
}

function drawSome<T>(all: readonly T[], n: number, random: Random): T[] {
  const order = Int32Array.from(all.keys())
  random.shuffle(order)
  return Array.from(order.subarray(0, Math.min(n, all.length)), (i) => all[i] as T)
}

/** 24 hex digits. */
export function tokenOf(salt: string, ...what: (string | number)[]): string {
  return digest(salt, what).toString('hex').slice(0, 24)
}

/** The seed of a draw that nobody can repeat who knows the study's seed alone. */
export function secretSeed(salt: string, ...what: (string | number)[]): number {
  return digest(salt, what).readUInt32LE(0)
}

function isSwapped(salt: string, token: string): boolean {
  return secretSeed(salt, 'first', token) % 2 === 1
}

function digest(salt: string, what: readonly (string | number)[]): Buffer {
  return createHash('sha256')
    .update(JSON.stringify([salt, ...what]))
    .digest()
}
