import { z } from 'zod'
import { CorpusPath } from '../../domain.ts'
import { baseName } from '../../format.ts'
import { defineJob } from './define.ts'

export const LaunchInput = z.object({
  corpus: CorpusPath,
  /** The folder that `jobs.spanPackage` wrote. */
  package: z.string().min(1),
  /** Name of a launcher in the settings. */
  launcher: z.string().min(1),
})
export type LaunchInput = z.infer<typeof LaunchInput>

/** Runs a package by a configured command, follows it, and takes the model in. */
export const launch = defineJob({
  kind: 'launch',
  call: 'jobs.launch',
  input: LaunchInput,
  title: (input) => `Run ${baseName(input.package)} by ${input.launcher}`,
  lane: 'aside',
})
