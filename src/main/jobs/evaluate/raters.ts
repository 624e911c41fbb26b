import type { RaterSummary } from '#shared/contract/ratings.ts'
import { CANNOT_JUDGE, valueOf } from '#shared/studies/design.ts'
import { orderTasks } from '../../evaluation/studies/order.ts'
import type { TaskKind } from '../../evaluation/studies/tasks.ts'
import type { Corpus } from '../../store/open.ts'
import { ratingsOf, type RatingRow } from '../../store/repositories/ratings.ts'
import type { StudyRow } from '../../store/repositories/studies.ts'
import { studyTasks, type TaskRow } from '../../store/repositories/study-tasks.ts'
import { isAsExpected } from './rating-tasks.ts'

/** Nobody looks at a picture and answers in less (ms a task). */
const HASTY_MS = 3000
/** Items from which on equal answers are told. */
const STRAIGHT_FROM = 20

/** `ratings.raters`: what each rater did, and how well it agrees with itself. */
export function raterSummaries(corpus: Pick<Corpus, 'reader'>, study: StudyRow): RaterSummary[] {
  const tasks = studyTasks(corpus.reader, study)
  const byToken = new Map(tasks.map((task) => [task.token, task]))
  const byRater = Map.groupBy(ratingsOf(corpus.reader, study.id), ({ rater }) => rater)
  return [...byRater].map(([rater, rows]) => summaryOf(study, tasks, byToken, rater, rows))
}

function summaryOf(
  study: StudyRow,
  tasks: readonly TaskRow[],
  byToken: ReadonlyMap<string, TaskRow>,
  rater: string,
  rows: readonly RatingRow[],
): RaterSummary {
  const byTask = Map.groupBy(rows, ({ task }) => task)
  const answersOfTask = (token: string): Record<string, string> =>
    Object.fromEntries((byTask.get(token) ?? []).map(({ aspect, answer }) => [aspect, answer]))
  const kindOf = (row: RatingRow): string => byToken.get(row.task)?.kind ?? ''
  const counted = rows.filter((row) => kindOf(row) === 'item' || kindOf(row) === 'pair')
  // Each mode has an order, and with `perRater` a share, of its own.
  const mine = [true, false]
    .flatMap((isPair) =>
      orderTasks(
        tasks
          .filter(({ kind }) => kind.startsWith('pair') === isPair)
          .map((task) => ({ ...task, kind: task.kind as TaskKind, prompt: String(task.prompt) })),
        study.design,
        rater,
      ),
    )
    .filter(({ kind }) => kind === 'item' || kind === 'pair')
  const isFull = ({ token, kind }: { token: string; kind: string }): boolean =>
    Object.keys(answersOfTask(token)).length >=
    (kind.startsWith('pair') ? 1 : study.design.aspects.length)
  const checksOf = (...kinds: string[]): { passed: number; of: number } => {
    const answered = tasks.filter(
      (task) => kinds.includes(task.kind) && task.expect !== null && isFull(task),
    )
    return {
      passed: answered.filter((task) => isAsExpected(study, task, answersOfTask(task.token)))
        .length,
      of: answered.length,
    }
  }
  const practice = checksOf('practice-check')
  const practised = tasks.filter(({ kind }) => kind === 'practice' || kind === 'practice-check')
  const seconds = [...byTask.values()].flatMap((answers) => {
    const ms = answers.map((answer) => answer.ms).filter((value) => value !== null)
    // Each is the time since the answer before.
    return ms.length === 0 ? [] : [ms.reduce((sum, value) => sum + value, 0)]
  })
  return {
    rater,
    answers: counted.length,
    tasks: mine.filter(isFull).length,
    of: mine.length,
    cannot: counted.filter(({ answer }) => answer === CANNOT_JUDGE).length,
    qualified: !practised.every(isFull)
      ? null
      : practice.of === 0 || practice.passed / practice.of >= study.design.practiceShare,
    checks: checksOf('check', 'pair-check'),
    repeats: repeatsOf(study, tasks, answersOfTask),
    seconds: median(seconds.map((ms) => ms / 1000)),
    hasty: seconds.filter((ms) => ms < HASTY_MS).length,
    straight: study.design.aspects
      .filter(({ id }) => {
        const given = counted.filter(({ aspect }) => aspect === id).map(({ answer }) => answer)
        return given.length >= STRAIGHT_FROM && new Set(given).size === 1
      })
      .map(({ name }) => name),
    unblinded: rows.filter(({ blind }) => blind === 0).length,
    firstAt: rows.reduce((first, { at }) => (at < first ? at : first), rows[0]?.at ?? ''),
    lastAt: rows.reduce((last, { at }) => (at > last ? at : last), ''),
  }
}

function repeatsOf(
  study: StudyRow,
  tasks: readonly TaskRow[],
  answersOfTask: (token: string) => Record<string, string>,
): RaterSummary['repeats'] {
  const forms = new Map(study.design.aspects.map(({ id, form }) => [id, form]))
  let [same, near, of] = [0, 0, 0]
  for (const { token, repeats } of tasks) {
    if (repeats === null) continue
    const before = answersOfTask(repeats)
    for (const [aspect, answer] of Object.entries(answersOfTask(token))) {
      const first = Object.hasOwn(before, aspect) ? before[aspect] : undefined
      if (first === undefined) continue
      of++
      if (first === answer) same++
      const form = forms.get(aspect)
      const a = form ? valueOf(form, first) : null
      const b = form ? valueOf(form, answer) : null
      if (first === answer || (a !== null && b !== null && Math.abs(a - b) <= 1)) near++
    }
  }
  return { same, near, of }
}

function median(values: readonly number[]): number | null {
  if (values.length === 0) return null
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2
}
