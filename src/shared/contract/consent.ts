import { z } from 'zod'
import { call } from './call.ts'
import { LaunchInput } from './jobs/launch.ts'

/** What a person is asked before a launcher runs anything. */
export const LaunchQuestion = z.object({
  launcher: z.string(),
  package: z.string(),
  /** null: this machine. */
  host: z.string().nullable(),
  commands: z.array(z.string()),
  /** What is remembered when it is allowed. */
  digests: z.array(z.string()),
})
export type LaunchQuestion = z.infer<typeof LaunchQuestion>

/** Calls that only the shell may ask: the window does not find them in the contract. */
export const consentCalls = {
  /** The call that started a job, and its input; null for a kind that no call starts. */
  'consent.jobInput': call(
    z.object({ job: z.string() }),
    z.object({ call: z.string(), input: z.unknown() }).nullable(),
  ),
  /** null: allowed before. */
  'consent.launchQuestion': call(LaunchInput, LaunchQuestion.nullable()),
  'consent.allowLaunch': call(z.object({ digests: z.array(z.string()) }), z.object({})),
}
export type ConsentCallName = keyof typeof consentCalls
