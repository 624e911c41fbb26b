import type { z } from 'zod'
import type { AltKindRules } from '#shared/contract/alt-kinds.ts'
import type { JobDefinition, JobLane } from '#shared/contract/jobs/define.ts'
import type { UselessAltRuleValue } from '#shared/contract/spans.ts'
import type { LaunchRequest } from '../../cluster/index.ts'
import type { ModelsFolders } from '../../inference/models/types.ts'
import type { Corpus } from '../../store/open.ts'
import type { JobContext } from './job.ts'

/** What a job may need of the machine it runs on, beside its corpus. */
export interface Machine {
  folders: ModelsFolders
  /** Where prompt bases lie. */
  promptBases: string
  /** `resources/` of the program. */
  resources: string
  /** The rules for useless alts that are in use. */
  uselessAltRules(): readonly UselessAltRuleValue[]
  /** The rules for alts that a machine wrote that are in use. */
  altKindRules(): AltKindRules
  /** @throws AppError `refused` where a person has to allow the commands first */
  checkCommands(request: LaunchRequest, isBegun: boolean): void
  /** Tells everyone that models came or went. */
  modelsChanged(): void
}

export type AnyJobDefinition = JobDefinition<string, string | null, z.ZodType, JobLane>

/** What a run gets. */
export interface JobRun<D extends AnyJobDefinition> {
  input: z.output<D['input']>
  /** A job of the machine has none. */
  corpus: D['lane'] extends 'machine' ? null : Corpus
  context: JobContext
  machine: Machine
  /** The program goes on with it at its start; nobody asked for it just now. */
  isUnasked: boolean
  /** It was begun before, and may have done all but saying so. */
  goesOn: boolean
}

export interface JobImplementation<D extends AnyJobDefinition> {
  definition: D
  run(run: JobRun<D>): Promise<void>
}

/** Joins the definition of a job with what it does; `engine/jobs/table.ts` lists the pairs. */
export function implementJob<D extends AnyJobDefinition>(
  definition: D,
  run: (run: JobRun<D>) => Promise<void>,
): JobImplementation<D> {
  return { definition, run }
}
