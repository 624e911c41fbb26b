import { n } from './words.ts'
import type { CliTools } from '../tools.ts'

/** What a merge of other people's events says of itself. */
export interface Merged {
  added: number
  known: number
  refused: readonly { reason: string; n: number; example: string }[]
}

/**
 * Prints what came in and what was refused. What could be taken in is; yet where anything was
 * refused the command ends with 1, so that a script does not take a part for the whole.
 */
export function printMerged(
  { fail, print, printJson }: CliTools,
  merged: Merged,
  what: 'events' | 'answers' | 'judgements',
  asJson: boolean,
  more = '',
): void | Promise<void> {
  if (merged.refused.length > 0) fail()
  if (asJson) return printJson(merged)
  print(`${n(merged.added)} ${what} added, ${n(merged.known)} known before${more}`)
  for (const { reason, n: count, example } of merged.refused) {
    print(`refused ${n(count)}: ${reason} (${example})`)
  }
  if (merged.refused.length > 0 && merged.added + merged.known === 0) {
    print(`Nothing was taken in: every one of the ${what} was refused.`)
  }
}
