import type { Command } from 'commander'
import type { Pair } from '#shared/domain.ts'
import { count } from '../options.ts'
import { table } from '../terminal.ts'
import type { CliTools } from '../tools.ts'
import { clip, where } from './words.ts'

/** Pairs that are shown where nobody says how many. */
const SHOWN = 20
/** Pairs that are read at once. */
const BATCH = 1000

export function addPairCommands(
  program: Command,
  { call, open, print, printJson }: CliTools,
): void {
  program
    .command('pairs <corpus>')
    .description('print pairs')
    .option(...where('score>=0.28 width>=256'))
    .option('--limit <n>', 'at most this many', count)
    .option('--json', 'one JSON object a line', false)
    .action(
      async (
        corpus: string,
        options: { where?: string; limit?: number; json: boolean },
      ): Promise<void> => {
        const path = await open(corpus)
        let left = options.limit ?? (options.json ? Infinity : SHOWN)
        let afterId = 0
        const shown: Pair[] = []
        while (left > 0) {
          const batch = await call('pairs.list', {
            corpus: path,
            where: options.where,
            afterId,
            limit: Math.min(BATCH, left),
          })
          if (batch.length === 0) break
          for (const pair of batch) {
            if (options.json) await printJson(pair)
            else shown.push(pair)
          }
          left -= batch.length
          afterId = (batch.at(-1) as Pair).id
        }
        if (!options.json) print(describePairs(shown))
      },
    )
}

function describePairs(pairs: readonly Pair[]): string {
  return table(
    ['id', 'picture', 'size', 'text', 'cosine'],
    pairs.map((pair) => [
      pair.id,
      pair.image.status,
      pair.image.width === null ? '' : `${pair.image.width} × ${pair.image.height}`,
      clip(pair.text.alt || pair.text.caption || pair.text.title || ''),
      pair.scores[0]?.cosine.toFixed(3) ?? '',
    ]),
  )
}
