import type { PromptProblem, PromptProblemCode } from '#shared/contract/index.ts'
import { count } from '../../bridge/format.ts'
import { t, type TextKey } from '../../texts/index.ts'

/** The name of each kind of problem. */
export const PROBLEM_NAMES: Record<PromptProblemCode, TextKey> = {
  'words-missing': 'generate.problems.wordsMissing',
  'nothing-added': 'generate.problems.nothingAdded',
  duplicate: 'generate.problems.duplicate',
  'near-duplicate': 'generate.problems.nearDuplicate',
  cut: 'generate.problems.cut',
  'in-corpus': 'generate.problems.inCorpus',
  'level-missing': 'generate.problems.levelMissing',
  'level-twice': 'generate.problems.levelTwice',
  'kinds-mixed': 'generate.problems.kindsMixed',
  uneven: 'generate.problems.uneven',
}

/** A problem as a sentence at its line. */
export function sayProblem(problem: PromptProblem): string {
  switch (problem.code) {
    case 'words-missing':
      return t('generate.says.wordsMissing', { words: problem.words.join(', ') })
    case 'nothing-added':
      return t('generate.says.nothingAdded')
    case 'duplicate':
      return t('generate.says.duplicate', problem.other)
    case 'near-duplicate':
      return t('generate.says.nearDuplicate', problem.other)
    case 'cut':
      return t('generate.says.cut', { tokens: problem.tokens, limit: problem.limit })
    case 'in-corpus':
      return problem.exact > 0
        ? t('generate.says.inCorpus', { n: count(problem.exact) }, problem.exact)
        : t('generate.says.inCorpusAlike', { n: count(problem.normalised) }, problem.normalised)
    case 'level-missing':
      return t(
        'generate.says.levelMissing',
        { levels: problem.levels.join(', ') },
        problem.levels.length,
      )
    case 'level-twice':
      return t('generate.says.levelTwice')
    case 'kinds-mixed':
      return t('generate.says.kindsMixed', {
        kinds: problem.kinds.map((kind) => kind || t('generate.filter.noKind')).join(', '),
      })
    case 'uneven':
      return t(
        'generate.says.uneven',
        { levels: problem.levels, usual: problem.usual },
        problem.levels,
      )
  }
}

/** Each kind of problem that there is, the most frequent first. */
export function countProblems(
  problems: readonly PromptProblem[],
): { code: PromptProblemCode; n: number }[] {
  const counts = new Map<PromptProblemCode, number>()
  for (const { code } of problems) counts.set(code, (counts.get(code) ?? 0) + 1)
  return [...counts].map(([code, n]) => ({ code, n })).sort((a, b) => b.n - a.n)
}
