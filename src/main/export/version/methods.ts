import type { TextSource } from '#shared/domain.ts'
import { DATASET_SPLITS } from '../types.ts'
import type { VersionExport } from './types.ts'

const count = (n: number): string => n.toLocaleString('en-US')
const share = (n: number, of: number): string =>
  of === 0 ? '0 %' : `${((100 * n) / of).toFixed(1)} %`
const plural = (n: number, one: string, many = `${one}s`): string =>
  `${count(n)} ${n === 1 ? one : many}`

const TEXTS: Record<TextSource, string> = {
  alt: 'alternative text',
  caption: 'caption',
  title: 'title attribute',
  before: 'text before the picture',
  after: 'text after the picture',
  span: 'predicted or labeled description',
  best: 'best fitting text',
}

/** What was left out on the way, in words. */
const LEFT_OUT: Record<string, string> = {
  'no-text': 'had none of the texts',
  'same-picture': 'showed a picture that a better scored or equal pair shows',
  'not-drawn': 'were not drawn',
}

/** A paragraph for a section on methods, with every number that made the version. */
export function methodsOf({
  version,
  counts: written,
  format,
  recipe: chosen,
}: VersionExport): string {
  const { recipe, counts, pairs, hash, name } = version
  const model = recipe.models.find(({ digest }) => digest === recipe.scores)
  const archives = recipe.archives.length
  const bytes = recipe.archives.reduce((sum, archive) => sum + archive.bytes, 0)
  const sentences = [
    `The data set "${name}" holds ${plural(pairs, 'image-text pair')} with ${plural(counts.pictures, 'distinct picture')} from ${plural(counts.hosts, 'host')}, extracted from ${plural(archives, 'archive')} (${count(bytes)} bytes) with Gleaner ${recipe.software}.`,
    recipe.filter === ''
      ? 'No filter was applied.'
      : `Pairs had to pass the filter \`${recipe.filter}\`.`,
    recipe.cutoff && model
      ? `The cosine of picture and ${TEXTS[recipe.cutoff.text]} by ${model.name} (digest ${recipe.cutoff.model}) had to be at least ${recipe.cutoff.cosine}.`
      : 'No cutoff was applied beside the filter.',
    `${plural(counts.matched, 'pair')} passed.`,
    `The text of a pair is its ${recipe.texts.map((text) => TEXTS[text]).join(', else its ')} (${Object.entries(
      counts.texts,
    )
      .map(([text, n]) => `${text} ${count(n)}`)
      .join(', ')}).`,
    ...Object.entries(counts.leftOut).map(
      ([reason, n]) => `${count(n)} ${LEFT_OUT[reason] ?? `were left out (${reason})`}.`,
    ),
    ...(recipe.sample
      ? [
          `${count(recipe.sample.n)} pairs were to be drawn by the order of a hash of seed ${recipe.sample.seed} and pair.`,
        ]
      : []),
    counts.cosine && model
      ? `Of the pairs, ${count(counts.scored)} (${share(counts.scored, pairs)}) have a cosine by ${model.name}: from ${counts.cosine.min.toFixed(4)} to ${counts.cosine.max.toFixed(4)}, mean ${counts.cosine.mean.toFixed(4)}, median ${counts.cosine.median.toFixed(4)}.`
      : 'The pairs carry no scores.',
    ...(recipe.labels
      ? [
          `The filter used ${plural(recipe.labels.events, 'labeling event')} (digest ${recipe.labels.digest}).`,
        ]
      : []),
    ...(recipe.marks
      ? [
          `The filter used ${plural(recipe.marks.events, 'mark event')} (digest ${recipe.marks.digest}).`,
        ]
      : []),
    `Written as ${format.title}: ${count(written.exported)} of ${count(written.matched)} pairs${
      Object.keys(written.skipped).length === 0
        ? ''
        : ` (left out: ${Object.entries(written.skipped)
            .map(([reason, n]) => `${reason} ${count(n)}`)
            .join(', ')})`
    }.`,
    ...(chosen.split
      ? [
          `They were split by site with the seed ${chosen.split.seed}: ${DATASET_SPLITS.map(
            (part) => {
              const { pairs: n, sites } = written.splits?.[part] ?? { pairs: 0, sites: 0 }
              return `${part} ${count(n)} (${share(n, written.exported)}) of ${plural(sites, 'site')}`
            },
          ).join(', ')}.`,
        ]
      : []),
    `The content hash over recipe and list of pairs is ${hash}.`,
  ]
  return sentences.join(' ')
}
