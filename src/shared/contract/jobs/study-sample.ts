import { z } from 'zod'
import { CorpusPath } from '../../domain.ts'
import { defineJob } from './define.ts'

export const StudySampleInput = z.object({ corpus: CorpusPath })

/**
 * Puts the sample study into a corpus: prompts and pictures of two models, frozen, with the ratings
 * of simulated raters. `corpora.openSample` starts it.
 */
export const studySample = defineJob({
  kind: 'study-sample',
  call: null,
  input: StudySampleInput,
  title: () => 'Create the sample study',
  lane: 'corpus',
})
