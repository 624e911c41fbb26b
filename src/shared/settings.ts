import { z } from 'zod'

/** What a person chose for this machine. Kept by the engine as one JSON file. */
export const Settings = z.object({
  theme: z.enum(['system', 'dark', 'light']).default('dark'),
  device: z.enum(['auto', 'cpu', 'webgpu', 'cuda', 'coreml', 'dml']).default('auto'),
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
})
export type Settings = z.infer<typeof Settings>
export const DEFAULT_SETTINGS: Settings = Settings.parse({})
