import { z } from 'zod'
import { ALT_KINDS } from '../alt-kinds.ts'
import { CorpusPath } from '../domain.ts'
import { call } from './call.ts'
import { UselessAltRuleValue } from './spans.ts'

/** How alts that a machine wrote are told: one's own list, or that of the program. */
export const AltKindRules = z.object({
  /** In their order; the first that fits is named. */
  machine: z.array(UselessAltRuleValue).max(500),
  /** When a text that stands on many sites is a template. */
  repeated: z.object({
    minSites: z.number().int().min(2).max(10_000),
    minVariants: z.number().int().min(2).max(1000),
    minWords: z.number().int().min(2).max(20),
  }),
})
export type AltKindRules = z.infer<typeof AltKindRules>

export const altKindCalls = {
  'altKinds.rules': call(z.object({}), z.object({ rules: AltKindRules, own: z.boolean() })),
  /** Keeps one's own rules; null = back to those of the program. Refused when an example fails. */
  'altKinds.setRules': call(z.object({ rules: AltKindRules.nullable() }), z.object({})),
  /** What the last run found: counts by rule with examples, and the templates. */
  'altKinds.report': call(
    z.object({ corpus: CorpusPath, examples: z.number().int().min(0).max(50).default(5) }),
    z.object({
      pairs: z.number().int(),
      /** Pairs that came after the last run; all where there was none. */
      unsorted: z.number().int(),
      kinds: z.partialRecord(z.enum(ALT_KINDS), z.number().int()),
      rules: z.array(
        z.object({
          name: z.string(),
          kind: z.enum(ALT_KINDS),
          explanation: z.string(),
          n: z.number().int(),
          examples: z.array(z.string()),
        }),
      ),
      /** The most frequent ones first, at most 200. */
      templates: z.array(
        z.object({ text: z.string(), sites: z.number().int(), pairs: z.number().int() }),
      ),
    }),
  ),
}
export type AltKindReport = z.output<(typeof altKindCalls)['altKinds.report']['output']>
