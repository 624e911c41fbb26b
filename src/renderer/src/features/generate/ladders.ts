import type { PromptText } from '#shared/contract/index.ts'

/** A group as it is edited: its prompts by level. */
export interface Ladder {
  group: string
  /** Of its first prompt; that others differ is a problem of the check. */
  kind: string
  prompts: PromptText[]
}

/** A line of the list: a group's heading (`level` null) or one of its prompts, by place. */
export interface Cursor {
  group: string
  level: number | null
}

/** The groups of a set in their order. */
export function laddersOf(texts: readonly PromptText[]): Ladder[] {
  const ladders = new Map<string, Ladder>()
  for (const prompt of texts) {
    const known = ladders.get(prompt.group)
    if (known) known.prompts.push(prompt)
    else {
      ladders.set(prompt.group, { group: prompt.group, kind: prompt.kind, prompts: [prompt] })
    }
  }
  return [...ladders.values()]
}

export function textsOf(ladders: readonly Ladder[]): PromptText[] {
  return ladders.flatMap(({ prompts }) => prompts)
}

/** The lines in the order in which one moves through them. */
export function linesOf(ladders: readonly Ladder[]): Cursor[] {
  return ladders.flatMap(({ group, prompts }) => [
    { group, level: null },
    ...prompts.map(({ level }) => ({ group, level })),
  ])
}

export const isSame = (a: Cursor | null, b: Cursor | null): boolean =>
  a?.group === b?.group && a?.level === b?.level

/** The level that comes next in a ladder. */
export function nextLevel({ prompts }: Ladder): number {
  return (prompts.at(-1)?.level ?? 0) + 1
}

/** A prompt with another text; a level that is not there is added. */
export function withText(
  texts: readonly PromptText[],
  at: { group: string; kind: string; level: number },
  text: string,
): PromptText[] {
  const there = texts.some(({ group, level }) => group === at.group && level === at.level)
  if (there) {
    return texts.map((one) =>
      one.group === at.group && one.level === at.level ? { ...one, text } : one,
    )
  }
  const last = texts.findLastIndex(({ group }) => group === at.group)
  const made = { group: at.group, kind: at.kind, level: at.level, text }
  return last < 0 ? [...texts, made] : texts.toSpliced(last + 1, 0, made)
}

/** A group under another name and kind. */
export function withGroup(
  texts: readonly PromptText[],
  group: string,
  to: { group: string; kind: string },
): PromptText[] {
  return texts.map((one) => (one.group === group ? { ...one, ...to } : one))
}

/** Without a line: a prompt, those above it moving down a level; or a whole group. */
export function without(texts: readonly PromptText[], line: Cursor): PromptText[] {
  return texts.flatMap((one) => {
    if (one.group !== line.group) return one
    if (line.level === null || one.level === line.level) return []
    return one.level > line.level ? { ...one, level: one.level - 1 } : one
  })
}

/**
 * With a line one place up or down: a prompt changes its level with its neighbour's, a group its
 * place. null where there is no place to go to.
 */
export function moved(
  texts: readonly PromptText[],
  line: Cursor,
  by: 1 | -1,
): { texts: PromptText[]; line: Cursor } | null {
  const ladders = laddersOf(texts)
  const at = ladders.findIndex(({ group }) => group === line.group)
  const ladder = ladders[at]
  if (!ladder) return null
  if (line.level === null) {
    const other = ladders[at + by]
    if (!other) return null
    ladders[at + by] = ladder
    ladders[at] = other
    return { texts: textsOf(ladders), line }
  }
  const i = ladder.prompts.findIndex(({ level }) => level === line.level)
  const [here, there] = [ladder.prompts[i], ladder.prompts[i + by]]
  if (!here || !there) return null
  const prompts = ladder.prompts.with(i, { ...here, text: there.text }).with(i + by, {
    ...there,
    text: here.text,
  })
  return {
    texts: textsOf(ladders.with(at, { ...ladder, prompts })),
    line: { group: line.group, level: there.level },
  }
}

/** A name with a number where it is taken. */
export function freeGroup(texts: readonly PromptText[], name: string): string {
  const taken = new Set(texts.map(({ group }) => group))
  for (let n = 1; ; n++) {
    const tried = n === 1 ? name : `${name} ${n}`
    if (!taken.has(tried)) return tried
  }
}

/** A stretch of a prompt, as it is shown. */
export interface Piece {
  text: string
  /** This level adds it to the one before. */
  added: boolean
  /** The model does not see it. */
  cut: boolean
}

/**
 * A prompt in pieces that look alike.
 * @param added half-open, in code points, rising
 * @param cutAt code point at which the part begins that the model does not see
 */
export function piecesOf(
  text: string,
  added: readonly (readonly [number, number])[],
  cutAt: number | null,
): Piece[] {
  const points = [...text]
  const pieces: Piece[] = []
  for (const [i, point] of points.entries()) {
    const isAdded = added.some(([start, end]) => i >= start && i < end)
    const isCut = cutAt !== null && i >= cutAt
    const last = pieces.at(-1)
    if (last && last.added === isAdded && last.cut === isCut) last.text += point
    else pieces.push({ text: point, added: isAdded, cut: isCut })
  }
  return pieces
}
