import { createHash } from 'node:crypto'
import { seededRandom, type Random } from '#shared/random.ts'
import type { StudyDesign } from '#shared/studies/design.ts'
import type { TaskKind } from './tasks.ts'

/** What the order needs to know of a task. */
export interface OrderedTask {
  token: string
  kind: TaskKind
  /** Tasks of one prompt have it in common. */
  prompt: string
  repeats: string | null
}

/**
 * The tasks of a rater in order, which follows from the study's seed and the rater's name alone, the
 * same on every machine: practice; then the pictures in a shuffle in which no prompt comes again
 * within `spacing` where that can be had; repeats at least `repeatDistance` later; checks spread
 * evenly, each at a drawn place of its stretch.
 * @param tasks of one mode, in any order
 */
export function orderTasks(
  tasks: readonly OrderedTask[],
  design: Pick<StudyDesign, 'seed' | 'spacing' | 'repeatDistance' | 'perRater'>,
  rater: string,
): OrderedTask[] {
  // Rows of a database have an order of their own on each machine.
  const sorted = [...tasks].sort((a, b) => (a.token < b.token ? -1 : 1))
  const random = raterRandom(design.seed, rater)
  const of = (...kinds: TaskKind[]): OrderedTask[] =>
    shuffled(
      sorted.filter(({ kind }) => kinds.includes(kind)),
      random,
    )
  const practice = of('practice', 'practice-check')
  const items = spaced(
    of('item', 'pair').slice(0, design.perRater ?? undefined),
    design.spacing,
    random,
  )
  const chosen = new Set(items.map(({ token }) => token))
  const repeats = of('repeat', 'pair-repeat').filter(
    (task) => task.repeats !== null && chosen.has(task.repeats),
  )
  const checks = of('check', 'pair-check')
  const share = design.perRater === null ? 1 : chosen.size / Math.max(1, countItems(sorted))
  const early = repeatedFirst(items, repeats, design, random)
  const order = withRepeats(early, repeats, design, random)
  return [
    ...practice,
    ...withChecks(order, checks.slice(0, Math.round(checks.length * share)), random),
  ]
}

function countItems(tasks: readonly OrderedTask[]): number {
  return tasks.filter(({ kind }) => kind === 'item' || kind === 'pair').length
}

/**
 * Whether the first picture of a comparison stands left for a rater. A fair draw by seed, rater and
 * task.
 */
export function isFirstLeft(seed: number, rater: string, token: string): boolean {
  return (digest(seed, rater, token)[0] as number) < 128
}

function raterRandom(seed: number, rater: string): Random {
  return seededRandom(digest(seed, rater, 'order').readUInt32LE(0))
}

function digest(seed: number, rater: string, what: string): Buffer {
  return createHash('sha256')
    .update(JSON.stringify([seed, rater.normalize('NFC'), what]))
    .digest()
}

function shuffled<T>(values: readonly T[], random: Random): T[] {
  const order = Int32Array.from(values.keys())
  random.shuffle(order)
  return Array.from(order, (i) => values[i] as T)
}

/**
 * A shuffle in which a prompt comes again only after `gap` others: each place takes the next in line
 * whose prompt is free. The prompt with most pictures left goes first where waiting would leave it
 * alone at the end.
 */
function spaced(shuffle: readonly OrderedTask[], gap: number, random: Random): OrderedTask[] {
  if (gap === 0) return [...shuffle]
  const waiting = new Map<string, OrderedTask[]>()
  for (const task of shuffle) {
    const line = waiting.get(task.prompt)
    if (line) line.push(task)
    else waiting.set(task.prompt, [task])
  }
  // Rounds: each takes one picture of every prompt that has one left, in a new shuffle, and starts
  // with what the round before did not end with.
  const order: OrderedTask[] = []
  for (let round = 0; waiting.size > 0; round++) {
    const prompts = shuffled([...waiting.keys()], random)
    const blocked = new Set(order.slice(-gap).map(({ prompt }) => prompt))
    const late = prompts.filter((prompt) => blocked.has(prompt))
    const free = prompts.filter((prompt) => !blocked.has(prompt))
    const head = free.slice(0, gap)
    const tail = shuffled([...free.slice(gap), ...late], random)
    for (const prompt of [...head, ...tail]) {
      const line = waiting.get(prompt) as OrderedTask[]
      order.push(line[round] as OrderedTask)
      if (round + 1 === line.length) waiting.delete(prompt)
    }
  }
  return order
}

/**
 * Moves pictures that come again out of the end, where no room is left for the distance: each changes
 * places with a drawn one that does not come again, where both then keep their prompts apart.
 */
function repeatedFirst(
  items: readonly OrderedTask[],
  repeats: readonly OrderedTask[],
  { repeatDistance, spacing }: Pick<StudyDesign, 'repeatDistance' | 'spacing'>,
  random: Random,
): OrderedTask[] {
  const order = [...items]
  const again = new Set(repeats.map((task) => task.repeats))
  const room = order.length - repeatDistance
  const fits = (task: OrderedTask, place: number): boolean => {
    for (let at = place - spacing; at <= place + spacing; at++) {
      if (at !== place && order[at] !== task && order[at]?.prompt === task.prompt) return false
    }
    return true
  }
  for (let place = Math.max(0, room); room > 0 && place < order.length; place++) {
    const task = order[place] as OrderedTask
    if (!again.has(task.token)) continue
    for (let tried = 0; tried < TRIES; tried++) {
      const other = random.below(room)
      const moved = order[other] as OrderedTask
      if (again.has(moved.token) || !fits(task, other) || !fits(moved, place)) continue
      order[other] = task
      order[place] = moved
      break
    }
  }
  return order
}

/** Draws that are tried for a place that keeps the same prompt apart. */
const TRIES = 50

function withRepeats(
  items: readonly OrderedTask[],
  repeats: readonly OrderedTask[],
  { repeatDistance: distance, spacing }: Pick<StudyDesign, 'repeatDistance' | 'spacing'>,
  random: Random,
): OrderedTask[] {
  const placeOf = new Map(items.map(({ token }, i) => [token, i]))
  const after = new Map<number, OrderedTask[]>()
  const isNear = (place: number, prompt: string): boolean => {
    for (let at = place - spacing + 1; at <= place + spacing; at++) {
      if (items[at]?.prompt === prompt) return true
      if (after.get(at)?.some((task) => task.prompt === prompt)) return true
    }
    return false
  }
  for (const task of repeats) {
    const original = placeOf.get(task.repeats as string) as number
    const first = original + distance
    // One that stands too late to come again at the distance comes at the end.
    const draw = (): number =>
      first >= items.length ? items.length - 1 : first + random.below(items.length - first)
    let place = draw()
    for (let tried = 0; tried < TRIES && isNear(place, task.prompt); tried++) place = draw()
    after.set(place, [...(after.get(place) ?? []), task])
  }
  return items.flatMap((item, i) => [item, ...(after.get(i) ?? [])])
}

function withChecks(
  items: readonly OrderedTask[],
  checks: readonly OrderedTask[],
  random: Random,
): OrderedTask[] {
  if (checks.length === 0) return [...items]
  const stretch = items.length / checks.length
  const after = new Map<number, OrderedTask>()
  checks.forEach((check, i) => {
    const from = Math.floor(i * stretch)
    const to = Math.max(from + 1, Math.floor((i + 1) * stretch))
    after.set(Math.min(items.length - 1, from + random.below(to - from)), check)
  })
  return items.flatMap((item, i) => {
    const check = after.get(i)
    return check ? [item, check] : [item]
  })
}
