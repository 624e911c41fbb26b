import type { Command } from 'commander'
import type { Failure } from '#shared/contract/corpora.ts'
import { table } from '../terminal.ts'
import type { CliTools } from '../tools.ts'
import { n } from './words.ts'

/** Read at once. */
const BATCH = 1000

/** `failures`: what was not taken, with its place. */
export function addFailuresCommand(
  program: Command,
  { call, open, print, printJson }: CliTools,
): void {
  program
    .command('failures <corpus>')
    .description('list what failed, records that were left out and pictures without a pair')
    .option('--reason <reason>', 'only this one, as `stats` calls it, e.g. truncated-gzip')
    .option('--json', 'one JSON object a line', false)
    .action(async (corpus: string, options: { reason?: string; json: boolean }) => {
      const path = await open(corpus)
      let offset = 0
      let total = 0
      do {
        const page = await call('corpora.failures', {
          corpus: path,
          reason: options.reason,
          offset,
          limit: BATCH,
        })
        if (page.failures.length === 0) break
        total = page.total
        if (options.json) for (const failure of page.failures) await printJson(failure)
        else print(describeFailures(page.failures))
        offset += page.failures.length
      } while (offset < total)
      if (offset === 0 && !options.json) {
        print(options.reason === undefined ? 'none' : `none of the reason ${options.reason}`)
      }
    })
}

function describeFailures(failures: readonly Failure[]): string {
  return table(
    ['reason', 'n', 'at', 'archive', 'offset', 'address and details'],
    failures.map((failure) => [
      failure.reason,
      n(failure.n),
      failure.stage,
      failure.archive ?? '',
      failure.offset ?? '',
      [failure.url, failure.detail].filter((part) => part !== null).join(' - '),
    ]),
  )
}
