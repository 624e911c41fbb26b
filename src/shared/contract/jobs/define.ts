import { z } from 'zod'

/**
 * Beside which others a job runs:
 * - `corpus`: one after the other with those of its corpus, as there is one writer
 * - `aside`: belongs to a corpus, waits for no other and lets none wait: its work is done elsewhere
 * - `machine`: belongs to no corpus
 */
export type JobLane = 'corpus' | 'aside' | 'machine'

/**
 * What views wait for from a job, or offer once it is done: pairs, pictures or scores in its corpus,
 * or a folder on this machine, which is a value of its result.
 */
export type JobOutcome = 'pairs' | 'pictures' | 'scores' | 'folder'

/**
 * What everyone knows of a kind of long work: the window, the command line and the engine. Its run
 * stands in `src/main/jobs`.
 */
export interface JobDefinition<
  Kind extends string,
  Call extends string | null,
  Input extends z.ZodType,
  Lane extends JobLane,
> {
  kind: Kind
  /** The call that starts it; null where another call does, as one of several things it may do. */
  call: Call
  /** Inputs that older versions of the program wrote down must parse, too. */
  input: Input
  /** One line for the list of jobs and the terminal. */
  title(input: z.output<Input>): string
  lane: Lane
  /** null: nothing that a view of another kind of work needs to know. */
  makes: JobOutcome | null
  /** What of its corpus it works on, where it is one of several, as a text that is scored. */
  subject(input: z.output<Input>): string | undefined
  /** Whether it may go on by itself, without being asked again, after the program ended or was killed. */
  resumes(input: z.output<Input>): boolean
}

type Usual = 'makes' | 'subject' | 'resumes'

/**
 * Defines a kind of job. Unless it says otherwise it makes nothing that others wait for, works on
 * its corpus as a whole, and resumes by itself.
 */
export function defineJob<
  const Kind extends string,
  const Call extends string | null,
  Input extends z.ZodType,
  const Lane extends JobLane,
>(
  definition: Omit<JobDefinition<Kind, Call, Input, Lane>, Usual> &
    Partial<Pick<JobDefinition<Kind, Call, Input, Lane>, Usual>>,
): JobDefinition<Kind, Call, Input, Lane> {
  return { makes: null, subject: () => undefined, resumes: () => true, ...definition }
}

/** The answer to a call that starts a job: its id. `jobs.changed` follows it. */
export const Started = z.object({ job: z.string() })
export type Started = z.infer<typeof Started>

/** `a, b and 3 more` of paths. */
export function firstNames(paths: readonly string[], nameOf: (path: string) => string): string {
  const names = paths.slice(0, 2).map(nameOf).join(', ')
  return paths.length > 2 ? `${names} and ${paths.length - 2} more` : names
}
