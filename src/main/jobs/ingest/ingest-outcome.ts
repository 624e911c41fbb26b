import { AppError } from '#shared/errors.ts'
import type { ArchiveAccount } from '../../store/repositories/archive-accounts.ts'

/** What a person is told of one input. */
export interface Outcome {
  name: string
  /** Nothing of it came into the corpus, now or before. */
  isNothing: boolean
  /** What of it could not be read, or why nothing came of it; null: all is well. */
  problem: string | null
}

/** Reasons that are worth counting and lose nothing. */
const LOSSLESS = new Set(['wrong-separator'])
/** More inputs than this are not named one by one. */
const MAX_NAMED = 10

const n = (value: number): string => value.toLocaleString('en')

function lostOf(account: ArchiveAccount): ArchiveAccount['failures'] {
  return account.failures.filter(({ reason }) => !LOSSLESS.has(reason))
}

/** What came of an archive, in words. */
export function outcomeOf(account: ArchiveAccount): Outcome {
  const isNothing = account.pages + account.captures === 0
  const lost = lostOf(account)
  if (lost.length === 0 && !isNothing) return { name: account.name, isNothing, problem: null }
  const taken = `${n(account.pages)} pages and ${n(account.captures)} pictures were taken`
  const told = lost.slice(0, 4).map(({ reason, n: times, detail }) => {
    const said = detail === null ? '' : ` (${times > 1 ? 'first: ' : ''}${detail})`
    return `${reason} ${n(times)}${said}`
  })
  if (lost.length > told.length) told.push(`${n(lost.length - told.length)} more reasons`)
  return {
    name: account.name,
    isNothing,
    problem: `${isNothing ? 'nothing was taken' : taken}; ${told.join('; ')}`,
  }
}

/**
 * What an archive is that holds no page and no picture; null where something came of it, or why
 * nothing did is known already.
 */
export function emptyArchive(account: ArchiveAccount): { reason: string; detail: string } | null {
  const { records, name } = account
  if (account.pages + account.captures > 0 || lostOf(account).length > 0) return null
  const answers = (records['response'] ?? 0) + (records['resource'] ?? 0)
  const held = Object.entries(records).map(([type, count]) => `${type} ${n(count)}`)
  const list = held.length === 0 ? 'no records' : `only records of the types ${held.join(', ')}`
  if (answers > 0) {
    const kinds = account.leftOut.filter(({ reason }) => reason !== 'record-type').slice(0, 6)
    const said = kinds.map((kind) =>
      `${kind.reason} ${kind.detail} ${n(kind.n)}`.replace('  ', ' '),
    )
    return {
      reason: 'no-pages',
      detail: `None of its ${n(answers)} answers is a page or a picture: ${said.join(', ')}.`,
    }
  }
  const from = `It holds ${list}. Read the .warc.gz it was made from.`
  if (/\.wat(?:\.|$)/i.test(name)) {
    const detail = `It is a WAT file: links and headers of a crawl's pages, without the pages. ${from}`
    return { reason: 'wat-file', detail }
  }
  if (/\.wet(?:\.|$)/i.test(name) || records['conversion']) {
    const detail = `It is a WET file: the plain text of a crawl's pages, without the pages. ${from}`
    return { reason: 'wet-file', detail }
  }
  return {
    reason: 'no-answers',
    detail: `It holds ${list}: nothing that a server answered, so no page and no picture.`,
  }
}

/**
 * Tells what was taken and what was not.
 * @throws AppError `damaged` where nothing at all was taken
 */
export function reportOutcomes(outcomes: readonly Outcome[], warn: (text: string) => void): void {
  const problems = outcomes.filter(({ problem }) => problem !== null)
  const first = problems[0]
  if (first && outcomes.every(({ isNothing }) => isNothing)) {
    const rest = problems.length - 1
    throw new AppError(
      'damaged',
      outcomes.length === 1
        ? `${first.name}: ${first.problem}`
        : `nothing was taken from ${n(outcomes.length)} archives; ${first.name}: ${first.problem}${rest > 0 ? `; and ${n(rest)} more` : ''}`,
      {
        window: 'Corpora lists each failure with its place under Failures by reason.',
        command: '`gleaner failures CORPUS` lists each failure with its place.',
      },
    )
  }
  for (const { name, problem } of problems.slice(0, MAX_NAMED)) warn(`${name}: ${problem}`)
  if (problems.length > MAX_NAMED) {
    warn(
      `${n(problems.length - MAX_NAMED)} more archives could not be read whole; see the failures.`,
    )
  }
}
