import type { CallInput, CallName, CallOutput } from '#shared/contract/index.ts'
import { CANNOT_JUDGE } from '#shared/studies/design.ts'
import { createEngine } from '../../src/main/engine/engine.ts'
import { openReader } from '../../src/main/store/open.ts'
import { simulateRatings, type RatedPicture, type Rating } from '../../tools/make-study/raters.ts'
import { ASPECTS } from '../../tools/make-study/truth.ts'

/** What a task shows; nobody but the one who made the study knows. */
interface Shown {
  token: string
  kind: string
  model: string
  grp: string
  level: number
}

export interface Rated {
  /** Answers about pictures that count. */
  counted: (Pick<Rating, 'rater' | 'model' | 'group' | 'level' | 'aspect'> & { value: string })[]
  /** Milliseconds of each call of `ratings.set`, rising. */
  times: number[]
}

/**
 * Lets simulated people rate a frozen study from its first task to its last, practice, checks and
 * repeats included, each answer by the engine's call. What a person leaves out it "cannot judge"; a
 * picture with a foreign prompt gets 0.
 */
export async function rateAll(
  corpus: string,
  pictures: readonly RatedPicture[],
  raters: number,
): Promise<Rated> {
  const said = simulateRatings(pictures, raters, 'study-check')
  const answers = new Map(
    said.map((one) => [
      [one.rater, one.model, one.group, one.level, one.aspect].join(' '),
      one.value,
    ]),
  )
  const db = openReader(corpus)
  const tasks = new Map(
    db
      .prepare<[], Shown>(
        `SELECT t.token, t.kind, m.name AS model, p.grp, p.level FROM study_tasks t
         JOIN study_images i ON i.id = t.image_id JOIN study_models m ON m.id = i.model_id
         JOIN study_prompts p ON p.id = i.prompt_id`,
      )
      .all()
      .map((task) => [task.token, task]),
  )
  db.close()
  const engine = createEngine({ resumeJobs: false })
  const ask = async <N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>> =>
    (await engine.call(name, input)).value as CallOutput<N>
  const rated: Rated = { counted: [], times: [] }
  try {
    await ask('corpora.open', { path: corpus })
    for (const rater of new Set(said.map((one) => one.rater))) {
      const by = { corpus, study: 'check', rater }
      const queue = await ask('ratings.queue', { ...by, mode: 'rate' })
      for (const [position, task] of queue.tasks.entries()) {
        const { kind, model, grp: group, level } = tasks.get(task) as Shown
        for (const [i, aspect] of ASPECTS.entries()) {
          const value = answers.get([rater, model, group, level, aspect].join(' '))
          const answer = kind.endsWith('check') ? '0' : String(value ?? CANNOT_JUDGE)
          const began = performance.now()
          await ask('ratings.set', {
            ...by,
            task,
            aspect,
            answer,
            position,
            ms: i === 0 ? 4000 : 900,
          })
          rated.times.push(performance.now() - began)
          if (kind === 'item')
            rated.counted.push({ rater, model, group, level, aspect, value: answer })
        }
      }
      const { done, qualified } = await ask('ratings.queue', { ...by, mode: 'rate' })
      if (!done.every(Boolean) || !qualified) throw new Error(`${rater} is not through`)
    }
  } finally {
    await engine.stop()
  }
  rated.times.sort((a, b) => a - b)
  return rated
}
