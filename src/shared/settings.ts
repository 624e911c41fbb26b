import { z } from 'zod'
import { Device } from './contract/choices.ts'

/**
 * How a training package is run. In the commands `{package}` stands for its folder, `{script}` for
 * its script, `{run}` for what `submit` printed last (a job's number), all quoted for the shell.
 */
export const Launcher = z.object({
  name: z.string().trim().min(1).max(60),
  /**
   * - `local`: `submit` is the training itself
   * - `ssh`: the folder is copied to `host` and back, `submit` runs there
   * - `batch`: `submit` hands it to a queue (sbatch) that sees the same folder
   */
  kind: z.enum(['local', 'ssh', 'batch']),
  submit: z.string().min(1),
  /** ssh: user@host, or a name of one's ssh configuration. */
  host: z.string().nullable().default(null),
  /** ssh: the folder there, below which packages are copied. */
  folder: z.string().nullable().default(null),
  /** batch: prints something while the job is queued or runs, nothing when it is over. */
  status: z.string().nullable().default(null),
  /** batch: ends the job. */
  cancel: z.string().nullable().default(null),
})
export type Launcher = z.infer<typeof Launcher>

/**
 * Stands for the hub's token wherever settings are read; written back it means the token that is
 * kept for the hub's address. Nobody but the engine needs to know what the token is.
 */
export const KEPT_TOKEN = '••••••••'

/** What a person chose for this machine. Kept by the engine as one JSON file. */
export const Settings = z.object({
  theme: z.enum(['system', 'dark', 'light']).default('dark'),
  device: Device.default('auto'),
  workers: z.number().int().min(1).max(64).nullable().default(null),
  /** Id of the model that scores unless told otherwise; null = the best installed one. */
  defaultModel: z.string().nullable().default(null),
  hub: z
    .object({
      endpoint: z.string().nullable().default(null),
      token: z.string().nullable().default(null),
    })
    .default({ endpoint: null, token: null }),
  fetch: z
    .object({
      userAgentContact: z.string().nullable().default(null),
      perHostDelayMs: z.number().int().min(0).default(1000),
      maxBytes: z.number().int().min(1024).default(20_000_000),
      timeoutMs: z.number().int().min(100).default(20_000),
      honourOptOut: z.boolean().default(true),
    })
    .default({
      userAgentContact: null,
      perHostDelayMs: 1000,
      maxBytes: 20_000_000,
      timeoutMs: 20_000,
      honourOptOut: true,
    }),
  /** Ways to run a training package: what is typed on this machine for it. */
  launchers: z.array(Launcher).max(20).default([]),
})
export type Settings = z.infer<typeof Settings>
export const DEFAULT_SETTINGS: Settings = Settings.parse({})
