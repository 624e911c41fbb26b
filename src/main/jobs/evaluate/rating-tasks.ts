import type { RatingMode, RatingQueue, RatingTask } from '#shared/contract/ratings.ts'
import { AppError } from '#shared/errors.ts'
import { answersOf, CANNOT_JUDGE, valueOf } from '#shared/studies/design.ts'
import { SOFTWARE } from '#shared/version.ts'
import { isFirstLeft, orderTasks, type OrderedTask } from '../../evaluation/studies/order.ts'
import type { Expectation, TaskKind } from '../../evaluation/studies/tasks.ts'
import type { Corpus } from '../../store/open.ts'
import { answeredBy, answersTo, putRating } from '../../store/repositories/ratings.ts'
import { stateOf, type StudyRow } from '../../store/repositories/studies.ts'
import {
  shownTask,
  studyTasks,
  taskOf,
  type TaskRow,
} from '../../store/repositories/study-tasks.ts'

const PAIR_KINDS: ReadonlySet<string> = new Set(['pair', 'pair-repeat', 'pair-check'])

/** @throws AppError `conflict` while it is a draft */
export function requireFrozen(study: StudyRow): void {
  if (study.frozenAt !== null) return
  throw new AppError(
    'conflict',
    `The study "${study.name}" is a draft; it can be rated when it is frozen.`,
    { window: 'Freeze it first.', command: 'gleaner study freeze' },
  )
}

/** `ratings.queue`. */
export function ratingQueue(
  corpus: Corpus,
  study: StudyRow,
  { rater, mode }: { rater: string; mode: RatingMode },
): RatingQueue {
  requireFrozen(study)
  const all = studyTasks(corpus.reader, study)
  const tasks = all.filter(({ kind }) => PAIR_KINDS.has(kind) === (mode === 'compare'))
  const order = orderTasks(tasks.map(toOrdered), study.design, rater)
  const answered = answeredBy(corpus.reader, { study: study.id, rater })
  const needed = mode === 'compare' ? 1 : study.design.aspects.length
  const done = order.map(({ token }) => (answered.get(token) ?? 0) >= needed)
  const practice = order.filter(({ kind }) => isPractice(kind)).length
  return {
    tasks: order.map(({ token }) => token),
    done,
    practice,
    qualified: qualified(corpus, study, rater, tasks, done.slice(0, practice)),
    width: study.width as number,
    height: study.height as number,
  }
}

function toOrdered({ token, kind, prompt, repeats }: TaskRow): OrderedTask {
  return { token, kind: kind as TaskKind, prompt: String(prompt), repeats }
}

function isPractice(kind: string): boolean {
  return kind === 'practice' || kind === 'practice-check'
}

/** null before the end of practice; a rater's copy does not know what is expected. */
function qualified(
  corpus: Corpus,
  study: StudyRow,
  rater: string,
  tasks: readonly TaskRow[],
  done: readonly boolean[],
): boolean | null {
  if (done.length === 0) return true
  if (!done.every(Boolean)) return null
  const checks = tasks.filter(({ kind, expect }) => kind === 'practice-check' && expect !== null)
  if (checks.length === 0) return true
  const passed = checks.filter((task) =>
    isAsExpected(
      study,
      task,
      answersTo(corpus.reader, { study: study.id, rater, task: task.token }),
    ),
  ).length
  return passed / checks.length >= study.design.practiceShare
}

/** Whether the answers to a check are those of an attentive rater. */
export function isAsExpected(
  study: StudyRow,
  task: Pick<TaskRow, 'expect' | 'image'>,
  answers: Readonly<Record<string, string>>,
): boolean {
  const expect = JSON.parse(task.expect as string) as Expectation
  if ('image' in expect) return answers[''] === (expect.image === task.image ? 'first' : 'second')
  const aspect = study.design.aspects.find(({ id }) => id === expect.aspect)
  const answer = answers[expect.aspect]
  if (!aspect || answer === undefined) return false
  const value = valueOf(aspect.form, answer)
  return value !== null && value <= expect.atMost
}

/** `ratings.tasks`. */
export function ratingTasks(
  corpus: Corpus,
  study: StudyRow,
  { rater, tasks }: { rater: string; tasks: readonly string[] },
): RatingTask[] {
  requireFrozen(study)
  return tasks.map((token) => {
    const task = taskOf(corpus.reader, study, token)
    const { prompt, image, other } = shownTask(corpus.reader, task)
    const firstLeft = isFirstLeft(study.design.seed, rater, token)
    return {
      task: token,
      prompt,
      images: other === null ? [image] : firstLeft ? [image, other] : [other, image],
      answers: shownAnswers(corpus, study, rater, task),
      practice: isPractice(task.kind),
    }
  })
}

/** Answers as the rater gave them: left and right, not first and second. */
export function shownAnswers(
  corpus: Corpus,
  study: StudyRow,
  rater: string,
  task: TaskRow,
): Record<string, string> {
  const answers = answersTo(corpus.reader, { study: study.id, rater, task: task.token })
  const vote = answers['']
  if (vote !== 'first' && vote !== 'second') return answers
  const firstLeft = isFirstLeft(study.design.seed, rater, task.token)
  return { '': (vote === 'first') === firstLeft ? 'left' : 'right' }
}

/**
 * `ratings.set`: on disk when it returns.
 * @throws AppError `invalid-input`, `not-found`, `conflict`
 */
export function setRating(
  corpus: Corpus,
  study: StudyRow,
  args: {
    rater: string
    task: string
    aspect: string
    answer: string | null
    ms: number | null
    position: number | null
    zoom: number | null
    left: string | null
  },
): Record<string, string> {
  requireFrozen(study)
  const task = taskOf(corpus.reader, study, args.task)
  const isVote = PAIR_KINDS.has(task.kind)
  const firstLeft = isVote ? isFirstLeft(study.design.seed, args.rater, args.task) : null
  checkAnswer(study, args, isVote)
  if (isVote && args.left !== null) checkSide(corpus, task, args.left, firstLeft as boolean)
  putRating(corpus.writer, {
    study: study.id,
    rater: args.rater,
    task: args.task,
    aspect: args.aspect,
    answer: isVote ? toStoredVote(args.answer, firstLeft as boolean) : args.answer,
    ms: args.ms,
    position: args.position,
    zoom: args.zoom,
    firstLeft,
    blind: stateOf(study) === 'frozen' || study.role === 'rater',
    software: SOFTWARE,
  })
  return shownAnswers(corpus, study, args.rater, task)
}

function toStoredVote(answer: string | null, firstLeft: boolean): string | null {
  if (answer !== 'left' && answer !== 'right') return answer
  return (answer === 'left') === firstLeft ? 'first' : 'second'
}

/** Whoever draws the sides otherwise than the engine would save the wrong winner. */
function checkSide(corpus: Corpus, task: TaskRow, left: string, firstLeft: boolean): void {
  const { image, other } = shownTask(corpus.reader, task)
  if (left === (firstLeft ? image : other)) return
  throw new AppError(
    'conflict',
    'The comparison was shown with its sides swapped; the answer was not saved.',
    'Open the comparison again.',
  )
}

function checkAnswer(
  study: StudyRow,
  { aspect, answer }: { aspect: string; answer: string | null },
  isVote: boolean,
): void {
  const known = study.design.aspects.find(({ id }) => id === aspect)
  if (isVote ? aspect !== '' : !known) {
    throw new AppError(
      'invalid-input',
      isVote
        ? `A comparison has no aspect "${aspect}".`
        : `The study "${study.name}" has no aspect "${aspect}".`,
    )
  }
  if (answer === null) return
  const allowed = known ? [...answersOf(known.form), CANNOT_JUDGE] : ['left', 'right', 'tie', 'bad']
  if (allowed.includes(answer)) return
  throw new AppError(
    'invalid-input',
    `"${answer}" is no answer here.`,
    `It is one of ${allowed.slice(0, 8).join(', ')}.`,
  )
}
