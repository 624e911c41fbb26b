import { writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { measureMatrix as definition } from '#shared/contract/jobs/study-measures.ts'
import type { MeasureMatrixInput } from '#shared/contract/jobs/study-measures.ts'
import type { ComplianceMean, MatrixResult, MatrixRow } from '#shared/contract/study-measures.ts'
import { csvText } from '#shared/csv-text.ts'
import { AppError } from '#shared/errors.ts'
import { matrixTable } from '#shared/studies/matrix-table.ts'
import { SOFTWARE } from '#shared/version.ts'
import { refuseUnlike, unlikeIn } from '../../evaluation/measures/stamp.ts'
import { createInferenceHost } from '../../inference/host/client.ts'
import type { InferenceHost } from '../../inference/host/client.ts'
import { pictureText } from '../../inference/kinds/picture-text/kind.ts'
import { resolveModel } from '../../inference/models/registry.ts'
import type { ModelsFolders } from '../../inference/models/types.ts'
import type { Corpus } from '../../store/open.ts'
import { getEmbedding, keyFromHex, putEmbeddings } from '../../store/repositories/embeddings.ts'
import { ensureModel } from '../../store/repositories/models.ts'
import { putMeasurement, shownMeasurement } from '../../store/repositories/study-measures.ts'
import { findStudySet, setPictures, studyKinds } from '../../store/repositories/study-sets.ts'
import { shownName, studyModels, studyOf } from '../../store/repositories/studies.ts'
import { scoreStudy } from '../evaluate/compliance.ts'
import { implementJob } from '../run/implement.ts'
import type { JobContext } from '../run/job.ts'
import { resolveFeatureModel } from './feature-model.ts'
import type { FeatureModel, LoadedFeatures } from './feature-model.ts'
import { featuresOf } from './features-of.ts'
import type { FeatureCache, SetFeatures } from './features-of.ts'
import { distanceOf, originOf } from './measure.ts'
import { requireOwner } from './require-owner.ts'
import { sourceOf } from './sources.ts'
import { complianceOf, scoringModel } from './study-compliance.ts'

/**
 * Models of a study by kinds of its prompts against references, as one table; kept in the corpus.
 * Features are kept by picture and model, so a killed run goes on where it stopped but for the
 * distances.
 *
 * @throws AppError `refused` where any row and the references are unlike, unless that is allowed,
 *   before a distance is worked out; `refused` for a rater's copy and a study without pictures;
 *   what sources and models throw; an abort throws its reason
 * @param tell what is done with the result before it is kept
 */
export async function measureMatrix(
  corpus: Corpus,
  input: MeasureMatrixInput,
  folders: ModelsFolders,
  ctx: JobContext,
  tell: (found: MatrixResult) => void = () => undefined,
): Promise<MatrixResult> {
  const { writer } = corpus
  const study = studyOf(writer, input.study)
  requireOwner(writer, study)
  // Said before minutes are spent on pictures.
  sourceOf(input.references)
  const models: FeatureModel[] = []
  for (const id of input.models.length > 0 ? input.models : [undefined]) {
    models.push(await resolveFeatureModel(folders, id, input.resize, ctx.settings))
  }
  const scorer =
    input.compliance === undefined
      ? null
      : await resolveModel(folders, pictureText, input.compliance, ctx.settings)
  const cells = cellsOf(corpus, input)

  const numbers = new Map<Cell, MatrixRow['numbers']>(cells.map((cell) => [cell, []]))
  for (const model of models) {
    const host = createInferenceHost(ctx.entries.inferenceHost, {
      threads: availableParallelism(),
      signal: ctx.signal,
    })
    try {
      await measureBy(corpus, model, host, cells, numbers, input, ctx)
    } finally {
      await host.close()
    }
  }
  let compliance: ((cell: Cell) => ComplianceMean | null) | null = null
  if (scorer) {
    await scoreStudy(corpus, input, scorer, ctx)
    const { parts } = await complianceOf(corpus, input.study, scorer, 1, ctx)
    compliance = ({ model, kind }) =>
      parts
        .find(({ by, value }) =>
          kind === null || parts.every((part) => part.by !== 'kind')
            ? by === 'all'
            : by === 'kind' && value === kind,
        )
        ?.models.find((one) => one.model === model) ?? null
  }
  const result: MatrixResult = {
    measure: 'matrix',
    references: input.references,
    measures: input.measures,
    by: models.map(({ id, title, digest, isDemonstration }) => ({
      id,
      name: title,
      digest,
      isDemonstration,
    })),
    compliance: scorer && scoringModel(scorer),
    takes: input.takes ?? null,
    seed: input.seed,
    rows: cells.map((cell) => ({
      model: cell.model,
      kind: cell.kind,
      available: cell.available,
      numbers: numbers.get(cell) ?? [],
      compliance: compliance?.(cell) ?? null,
    })),
    notes: notesOf(cells, input),
  }
  const shown = shownMeasurement(study, result)
  tell(shown)
  ctx.conclude(() => putMeasurement(writer, study, { result, software: SOFTWARE }))
  ctx.changed(['studies'])
  return shown
}

/** A row: pictures of a model, of one kind of prompts or of all. */
interface Cell {
  model: string
  kind: string | null
  /** As `sourceOf` reads it. */
  source: string
  available: number
  /** Drawn; null = all. */
  n: number | null
}

/** @throws AppError `invalid-input` where fewer are there than are to be drawn */
function cellsOf({ path, writer }: Corpus, input: MeasureMatrixInput): Cell[] {
  const study = studyOf(writer, input.study)
  const kinds = studyKinds(writer, study)
  const wanted = [...(kinds.length > 1 ? kinds.filter((kind) => kind !== '') : []), null]
  const cells = studyModels(writer, study).flatMap((model) =>
    wanted.map((kind): Cell => {
      const name = [study.name, shownName(study, model), ...(kind === null ? [] : [kind])].join('/')
      const set = findStudySet(writer, name)
      return {
        model: shownName(study, model),
        kind,
        source: `${path}#${name}`,
        available: setPictures(writer, set, input.takes ?? null).length,
        n: null,
      }
    }),
  )
  const some = cells.filter(({ available }) => available >= 2)
  if (some.length === 0) {
    throw new AppError(
      'refused',
      `The study "${study.name}" has no two pictures of any model and kind.`,
      'A distance needs at least two on each side; thousands are usual.',
    )
  }
  // Rows of kinds are compared with each other, rows of all kinds with each other.
  const smallest = (isAll: boolean): number =>
    Math.min(
      ...some.filter(({ kind }) => (kind === null) === isAll).map(({ available }) => available),
    )
  return some.map((cell) => ({
    ...cell,
    n: input.n === 'all' ? null : input.n === 'smallest' ? smallest(cell.kind === null) : input.n,
  }))
}

/** Adds the numbers by one model to each row: first all features, then what is unlike, then distances. */
async function measureBy(
  corpus: Corpus,
  model: FeatureModel,
  host: InferenceHost,
  cells: readonly Cell[],
  numbers: ReadonlyMap<Cell, MatrixRow['numbers']>,
  input: MeasureMatrixInput,
  ctx: JobContext,
): Promise<void> {
  const cache = cacheOf(corpus, model)
  const device = input.device === 'auto' ? ctx.settings.device : input.device
  let loaded: Promise<LoadedFeatures> | null = null
  const features = (path: string, n: number | null, seed: number): Promise<SetFeatures> =>
    featuresOf(sourceOf(path), {
      n,
      seed,
      signal: ctx.signal,
      cache,
      takes: input.takes ?? null,
      model: () => Promise.resolve({ model, loaded: () => (loaded ??= model.open(host, device)) }),
      progress: (done, total) =>
        ctx.progress({ done, total, unit: 'pictures', note: `features of ${path}, ${model.id}` }),
    })
  const references = await features(input.references, input.m ?? null, input.seed + 1)
  // Twice through the pictures: the second time their features are kept, and memory holds one row's.
  for (const cell of cells) {
    const own = await features(cell.source, cell.n, input.seed)
    refuseUnlike(unlikeIn(originOf(own), originOf(references)), input.allowUnlike)
  }
  const usedDevice = (await (loaded as Promise<LoadedFeatures> | null))?.device ?? null
  for (const cell of cells) {
    const own = await features(cell.source, cell.n, input.seed)
    const note = `${cell.model}${cell.kind === null ? '' : `, ${cell.kind}`}`
    for (const measure of input.measures) {
      const found = await distanceOf(own, references, {
        measure,
        seed: input.seed,
        allowUnlike: input.allowUnlike,
        model,
        resize: input.resize,
        device: usedDevice,
        ctx: {
          ...ctx,
          progress: (at) => ctx.progress({ ...at, note: `${measure} of ${note}: ${at.note}` }),
        },
      })
      // What it is of stands in the row: the source would name the model.
      const [set, other] = found.sets
      numbers.get(cell)?.push({ ...found, sets: [{ ...set, source: cell.model }, other] })
    }
  }
}

/** The features that the corpus keeps. */
function cacheOf({ writer }: Corpus, model: FeatureModel): FeatureCache {
  const { digest, name, title, manifest } = model
  const modelId = ensureModel(writer, { digest, name, title, manifest })
  return {
    known: (sha256) => getEmbedding(writer, { modelId, kind: 'image', key: keyFromHex(sha256) }),
    keep: (items) =>
      putEmbeddings(writer, {
        modelId,
        kind: 'image',
        items: items.map(({ sha256, vector }) => ({ key: keyFromHex(sha256), vector })),
      }),
  }
}

function notesOf(cells: readonly Cell[], input: MeasureMatrixInput): string[] {
  const sizes = new Set(cells.map(({ n, available }) => n ?? available))
  return [
    ...(sizes.size > 1
      ? [
          'Rows are of unlike numbers of pictures: a Frechet distance depends on how many there are, so compare rows of the same N only.',
        ]
      : []),
    ...(input.n === 'smallest'
      ? ['Each row is drawn at the size of the smallest: kinds among kinds, all kinds among all.']
      : []),
    ...(input.compliance === undefined
      ? []
      : [
          'Compliance is the mean cosine over all prompts of a row. Compare models within a kind; kinds differ in length, so that their means mislead.',
        ]),
  ]
}

export const measureMatrixJob = implementJob(
  definition,
  async ({ input, corpus, context, machine }) => {
    await measureMatrix(corpus, input, machine.folders, context, (found) => {
      const warnings = new Set(
        found.rows.flatMap(({ numbers }) => numbers.flatMap((number) => number.warnings)),
      )
      for (const warning of warnings) context.warn(warning)
      for (const { model, kind, numbers, compliance } of found.rows) {
        const words = numbers.map(({ name, value, interval }) => {
          const range = interval?.map((end) => end.toPrecision(3)).join(', ')
          return `${name} ${value.toPrecision(5)}${range === undefined ? '' : ` [${range}]`}`
        })
        if (compliance) words.push(`compliance ${compliance.mean.toFixed(4)}`)
        context.result(
          `${model}, ${kind ?? 'all kinds'}, N ${numbers[0]?.n[0] ?? 0}`,
          words.join('; '),
        )
      }
      if (found.notes.length > 0) context.result('Notes', found.notes.join(' '))
      if (input.out !== undefined) writeFileSync(input.out, JSON.stringify(found, null, 2) + '\n')
      if (input.csv !== undefined) writeFileSync(input.csv, csvText(matrixTable(found)))
    })
  },
)
