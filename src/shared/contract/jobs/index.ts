import { z } from 'zod'
import { call } from '../call.ts'
import type { Call } from '../call.ts'
import { altKinds } from './alt-kinds.ts'
import { altSpans } from './alt-spans.ts'
import { Started } from './define.ts'
import { exportPairs } from './export.ts'
import { generate } from './generate.ts'
import { importTables } from './import.ts'
import { ingest } from './ingest.ts'
import { launch } from './launch.ts'
import { makeMap } from './map.ts'
import { measure } from './measure.ts'
import { complexity } from './complexity.ts'
import { findDuplicates, leakage } from './duplicates.ts'
import { modelFetch } from './model-fetch.ts'
import { lookForPictures } from './pictures.ts'
import { predictSpans } from './predict-spans.ts'
import { imageToPrompt, promptBase, promptEvaluation } from './prompt-base.ts'
import { quantize } from './quantize.ts'
import { score } from './score.ts'
import { similarity } from './similarity.ts'
import { spanPackage } from './span-package.ts'
import { studyGenerate } from './study-generate.ts'
import { studyImages } from './study-images.ts'
import { measureMatrix, studyCompliance, studyComplexity } from './study-measures.ts'
import { studyOpen, studyPackage } from './study-package.ts'
import { studySample } from './study-sample.ts'
import { studyReport } from './study-report.ts'
import { textInImage } from './text-in-image.ts'
import { trainSpans } from './train-spans.ts'
import { version } from './version.ts'
import { versionVerify } from './version-verify.ts'

/** Every kind of long work. Kinds, the calls that start them and their restart follow from it. */
export const JOBS = [
  ingest,
  importTables,
  lookForPictures,
  score,
  similarity,
  promptBase,
  imageToPrompt,
  promptEvaluation,
  exportPairs,
  generate,
  modelFetch,
  quantize,
  makeMap,
  measure,
  complexity,
  altSpans,
  altKinds,
  trainSpans,
  predictSpans,
  spanPackage,
  launch,
  studyGenerate,
  studyImages,
  studyPackage,
  studyOpen,
  studySample,
  studyCompliance,
  studyComplexity,
  measureMatrix,
  studyReport,
  version,
  versionVerify,
  findDuplicates,
  leakage,
  textInImage,
] as const
type Defined = (typeof JOBS)[number]

export type JobKind = Defined['kind']
export const JobKind = z.enum(JOBS.map(({ kind }) => kind) as [JobKind, ...JobKind[]])

/** The definition of a kind. */
export type JobOf<K extends JobKind> = Extract<Defined, { kind: K }>
/** What a run of a kind gets: parsed, defaults filled in. */
export type JobInput<K extends JobKind> = z.output<JobOf<K>['input']>

export type StartCalls = {
  [D in Defined as D['call'] extends string ? D['call'] : never]: Call<D['input'], typeof Started>
}

/** The calls that start a job, each answered at once with its id. */
export const startCalls = Object.fromEntries(
  JOBS.filter((job) => job.call !== null).map((job) => [job.call, call(job.input, Started)]),
) as unknown as StartCalls

export function jobOf<K extends JobKind>(kind: K): JobOf<K> {
  return JOBS.find((job) => job.kind === kind) as JobOf<K>
}

export * from './alt-kinds.ts'
export * from './alt-spans.ts'
export * from './complexity.ts'
export * from './define.ts'
export * from './duplicates.ts'
export * from './export.ts'
export * from './generate.ts'
export * from './import.ts'
export * from './ingest.ts'
export * from './launch.ts'
export * from './map.ts'
export * from './measure.ts'
export * from './model-fetch.ts'
export * from './pictures.ts'
export * from './predict-spans.ts'
export * from './prompt-base.ts'
export * from './quantize.ts'
export * from './score.ts'
export * from './similarity.ts'
export * from './span-package.ts'
export * from './study-generate.ts'
export * from './study-images.ts'
export * from './study-measures.ts'
export * from './study-package.ts'
export * from './study-sample.ts'
export * from './study-report.ts'
export * from './text-in-image.ts'
export * from './train-spans.ts'
export * from './version.ts'
export * from './version-verify.ts'
