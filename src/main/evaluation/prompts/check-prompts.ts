import type { PromptMeasure, PromptProblem, PromptText } from '#shared/contract/prompts.ts'
import { normaliseText } from '#shared/text/normalise-text.ts'
import { offsetMap } from '#shared/text/offsets.ts'
import { addedParts } from './added-parts.ts'
import { wordsOf } from './words.ts'
import type { Word } from './words.ts'

/** How a model reads a text. */
export interface TokenCount {
  /** With the special ones. */
  tokens: number
  /** Code point at which the part begins that it does not see; null = it sees all. */
  cutAt: number | null
}

export interface PromptCheck {
  measures: PromptMeasure[]
  problems: PromptProblem[]
}

type Read = PromptText & { words: Word[] }

/**
 * Measures prompts and says what is not as a ladder should be:
 * - each level holds the content words of the level before (`wordsOf`: in any order, endings and
 *   function words left out) and adds something to it
 * - no prompt stands twice, as it is or but for case, punctuation and spaces (`normaliseText`);
 *   the first one is not a problem, each later one names it
 * - the levels of a group are all there and as many as most groups have; its kind is one
 * - a model reads it to the end
 * @param count how many tokens a text is and where it is cut; without it nothing is said of them
 */
export function checkPrompts(
  prompts: readonly PromptText[],
  count?: { limit: number; of(text: string): TokenCount } | null,
): PromptCheck {
  const problems: PromptProblem[] = []
  const measures: PromptMeasure[] = []
  const groups = [...ladders(prompts)]
  const usual = usualLevels(groups.map(([, ladder]) => ladder))
  for (const [group, ladder] of groups) {
    problems.push(...checkGroup(group, ladder, usual))
    for (const [i, prompt] of ladder.entries()) {
      const { level, text } = prompt
      const before = ladder[i - 1]
      const found = count?.of(text)
      measures.push({
        group,
        level,
        words: prompt.words.length,
        characters: offsetMap(text).codePoints,
        tokens: found?.tokens ?? null,
        cutAt: found?.cutAt ?? null,
        added: before ? addedParts(before.words, prompt.words, text) : [],
      })
      if (before && before.level !== level) problems.push(...checkStep(before, prompt))
      if (count && found && found.cutAt !== null) {
        problems.push({ code: 'cut', group, level, tokens: found.tokens, limit: count.limit })
      }
    }
  }
  return { measures, problems: [...problems, ...duplicates(groups.flatMap(([, all]) => all))] }
}

/** Prompts by group, in the order in which groups are first named, by level within. */
function ladders(prompts: readonly PromptText[]): Map<string, Read[]> {
  const groups = new Map<string, Read[]>()
  for (const prompt of prompts) {
    const read = { ...prompt, words: wordsOf(prompt.text) }
    const known = groups.get(prompt.group)
    if (known) known.push(read)
    else groups.set(prompt.group, [read])
  }
  for (const ladder of groups.values()) ladder.sort((a, b) => a.level - b.level)
  return groups
}

/** The number of levels that more groups have than any other; null on a par. */
function usualLevels(groups: readonly (readonly Read[])[]): number | null {
  const counts = new Map<number, number>()
  for (const { length } of groups) counts.set(length, (counts.get(length) ?? 0) + 1)
  const [first, second] = [...counts].sort(([, n], [, m]) => m - n)
  return first && first[1] !== second?.[1] ? first[0] : null
}

function checkGroup(group: string, ladder: readonly Read[], usual: number | null): PromptProblem[] {
  const problems: PromptProblem[] = []
  const levels = ladder.map(({ level }) => level)
  const kinds = [...new Set(ladder.map(({ kind }) => kind))]
  if (kinds.length > 1) problems.push({ code: 'kinds-mixed', group, level: null, kinds })
  for (const level of new Set(levels.filter((one, i) => levels[i - 1] === one))) {
    problems.push({ code: 'level-twice', group, level })
  }
  const there = new Set(levels)
  const missing: number[] = []
  // Ladders are numbered from 0 or from 1.
  for (let level = Math.min(1, levels[0] ?? 1); level < (levels.at(-1) ?? 0); level++) {
    if (!there.has(level)) missing.push(level)
  }
  if (missing.length > 0) {
    problems.push({ code: 'level-missing', group, level: null, levels: missing })
  } else if (usual !== null && there.size !== usual) {
    problems.push({ code: 'uneven', group, level: null, levels: there.size, usual })
  }
  return problems
}

function checkStep(before: Read, here: Read): PromptProblem[] {
  const { group, level } = here
  const held = new Set(here.words.map(({ stem }) => stem))
  const words = contentOf(before)
    .filter(({ stem }) => !held.has(stem))
    .map(({ text }) => text)
  if (words.length > 0) {
    return [{ code: 'words-missing', group, level, words: [...new Set(words)] }]
  }
  const known = new Set(before.words.map(({ stem }) => stem))
  const adds =
    contentOf(here).some(({ stem }) => !known.has(stem)) || here.words.length > before.words.length
  return adds ? [] : [{ code: 'nothing-added', group, level }]
}

/** All words of a text that has no content words. */
function contentOf({ words }: Read): Word[] {
  const content = words.filter(({ isContent }) => isContent)
  return content.length > 0 ? content : words
}

function duplicates(prompts: readonly Read[]): PromptProblem[] {
  const exact = new Map<string, Read>()
  const near = new Map<string, Read>()
  return prompts.flatMap((prompt): PromptProblem[] => {
    const { group, level, text } = prompt
    const key = normaliseText(text) || text
    const [same, alike] = [exact.get(text), near.get(key)]
    if (!same) exact.set(text, prompt)
    if (!alike) near.set(key, prompt)
    const first = same ?? alike
    if (!first) return []
    const other = { group: first.group, level: first.level }
    return [{ code: same ? 'duplicate' : 'near-duplicate', group, level, other }]
  })
}
