import { z } from 'zod'
import { baseName } from '../../format.ts'
import { OfStudy } from '../studies.ts'
import { CorpusPath } from '../../domain.ts'
import { defineJob } from './define.ts'

export const StudyPackageInput = OfStudy.extend({
  /** The `.zip` to write. */
  out: z.string().min(1),
})
export type StudyPackageInput = z.infer<typeof StudyPackageInput>

/** Writes a rater's package: pictures without names, instructions, prompts. */
export const studyPackage = defineJob({
  kind: 'study-package',
  call: 'studies.package',
  input: StudyPackageInput,
  title: ({ study, out }) => `Pack ${study} for raters as ${baseName(out)}`,
  lane: 'corpus',
})

export const StudyOpenInput = z.object({
  /** A corpus, new or not, that the study is put into. */
  corpus: CorpusPath,
  package: z.string().min(1),
})
export type StudyOpenInput = z.infer<typeof StudyOpenInput>

/** Opens a rater's package in a corpus of this machine. */
export const studyOpen = defineJob({
  kind: 'study-open',
  call: 'studies.openPackage',
  input: StudyOpenInput,
  title: (input) => `Open the rater's package ${baseName(input.package)}`,
  lane: 'corpus',
})
