import type { CallOutput } from '#shared/contract/index.ts'
import { formatBytes } from '#shared/format.ts'
import { n } from './words.ts'

/** What is in a corpus, line by line. */
export function describeStats(stats: CallOutput<'corpora.stats'>): string {
  const list = (counts: Record<string, number>): string =>
    Object.entries(counts)
      .filter(([, count]) => count > 0)
      .map(([name, count]) => `${name} ${n(count)}`)
      .join(', ') || 'none'
  return [
    `records     ${list(stats.records)}`,
    `pages       ${n(stats.pages)}`,
    `captures    ${list(stats.captures)}`,
    `left out    ${list(stats.leftOut)}`,
    `pairs       ${n(stats.pairs)}, with alt text ${n(stats.withAlt)}, with caption ${n(stats.withCaption)}`,
    `pictures    ${list(stats.images)}`,
    ...(stats.fetched.archives > 0
      ? [
          `fetched     ${n(stats.fetched.captures)} captures in ${n(stats.fetched.archives)} archives, ${formatBytes(stats.fetched.bytes)}`,
        ]
      : []),
    `not paired  ${list(stats.notPaired)}`,
    `failures    ${list(stats.failures)}`,
    ...describeMarks(stats.marks),
    ...(stats.altKinds ? [`alts        ${list(stats.altKinds)}`] : []),
    ...(stats.columns.length > 0 ? [`columns     ${stats.columns.join(', ')}`] : []),
    ...stats.scores.map(
      (score) =>
        `scores      ${score.model} on ${score.text}: n ${n(score.n)}, mean cosine ${score.mean.toFixed(3)}`,
    ),
  ].join('\n')
}

/** Lines that say what people marked; none where nobody did. */
export function describeMarks({
  marks,
  tags,
  noted,
  people,
}: CallOutput<'corpora.stats'>['marks']): string[] {
  if (people.length === 0) return []
  const said = Object.entries(marks)
    .filter(([, count]) => count > 0)
    .map(([mark, count]) => `${mark} ${n(count)}`)
  const named = tags.map(({ tag, n: count }) => `${tag} ${n(count)}`)
  return [
    `marks       ${said.join(', ') || 'none'}; notes ${n(noted)}; by ${people.map(({ name }) => name).join(', ')}`,
    ...(named.length > 0 ? [`tags        ${named.join(', ')}`] : []),
  ]
}
