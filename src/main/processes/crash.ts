import { AppError } from '#shared/errors.ts'
import type { Hint } from '#shared/errors.ts'

/**
 * - `not-started`: it ended before it could take a call, so that the calls have done nothing
 * - `ended`: it ended by itself, was killed or threw
 * - `out-of-memory`: it went beyond the memory that it may have
 * - `stalled`: the watch saw no progress and ended it
 * - `stuck`: ended, since another call ran over its time or did not stop when it was canceled
 * - `garbage`: it sent what cannot be read
 */
export type CrashReason =
  'not-started' | 'ended' | 'out-of-memory' | 'stalled' | 'stuck' | 'garbage'

/** How a process or a thread ended. */
export interface Ending {
  reason: CrashReason
  /** A signal, an exit code, or what was thrown. */
  how: string
  /** The end of what it wrote to stderr. */
  lastWords: string
}

/** A helper process or thread is gone, and what it was asked is not answered. */
export class HelperCrash extends AppError implements Ending {
  readonly reason: CrashReason
  readonly how: string
  readonly lastWords: string

  /** @param name at the beginning of a sentence: `The picture decoder` */
  constructor(name: string, { reason, how, lastWords }: Ending, hint?: Hint) {
    const isStart = reason === 'not-started'
    const said = isStart ? lastWords.trim() : crashLine(lastWords)
    super('internal', `${name} ${isStart ? 'does not start' : 'broke off'} (${how}).`, hint, {
      details: said === '' ? undefined : said,
    })
    this.reason = reason
    this.how = how
    this.lastWords = lastWords
  }
}

/** A stack ends with these: Node's own version, the fields of an error, its frames. */
const NO_REASON = /^(Node\.js v\d|at |[{}]|\w+: (?:'.*'|-?\d+|\[.*|null|undefined),?$|\^|throw |$)/
const REASON = /^(?:Uncaught )?((?:[A-Z]\w*)?Error(?: \[\w+\])?: .+)/

/**
 * Why a process ended, by what it said last: the error that was thrown, else the last line that says
 * something. At most 300 characters.
 */
export function crashLine(words: string): string {
  const lines = words
    .trim()
    .split('\n')
    .map((line) => line.trim())
  const thrown = lines.map((line) => REASON.exec(line)?.[1]).filter((line) => line !== undefined)
  const said = thrown.at(-1) ?? lines.findLast((line) => !NO_REASON.test(line))
  return (said ?? lines.at(-1) ?? '').slice(0, 300)
}

/** A call took longer than it may; the helper was ended with it. */
export class CallOverdue extends AppError {
  /** @param limit milliseconds */
  constructor(limit: number) {
    super('refused', `This took longer than ${Math.round(limit / 1000)} s and was ended.`)
  }
}
