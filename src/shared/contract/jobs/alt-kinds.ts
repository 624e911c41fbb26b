import { z } from 'zod'
import { CorpusPath } from '../../domain.ts'
import { defineJob } from './define.ts'

export const AltKindsInput = z.object({ corpus: CorpusPath })
export type AltKindsInput = z.infer<typeof AltKindsInput>

/** Sorts the alts of all pairs into kinds, by rules and by counting texts that stand on many sites. */
export const altKinds = defineJob({
  kind: 'alt-kinds',
  call: 'jobs.altKinds',
  input: AltKindsInput,
  title: () => 'Sort alt texts by kind',
  lane: 'corpus',
})
