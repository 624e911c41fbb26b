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
    ...stats.scores.map(
      (score) =>
        `scores      ${score.model} on ${score.text}: n ${n(score.n)}, mean cosine ${score.mean.toFixed(3)}`,
    ),
  ].join('\n')
}
