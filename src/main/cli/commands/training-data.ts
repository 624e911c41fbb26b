import { InvalidArgumentError } from 'commander'
import type { Command } from 'commander'
import { TrainingData } from '#shared/contract/training-data.ts'
import { optionOf, usualOf, whole } from '../options.ts'
import type { CliTools } from '../tools.ts'
import { where } from './words.ts'

/** Shown as an example of a filter of texts. */
export const TEXT_FILTER = 'caption:* -alt:*'
const USUAL_SPLIT = usualOf(TrainingData.shape.split)

function number(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('A number.')
  return value
}

/** `none`, or the id of a set. */
export function setOrNone(text: string): number | 'none' {
  return text === 'none' ? text : whole(text)
}

function shares(text: string): { train: number; validation: number; test: number } {
  const [train, validation, test, ...more] = text.split(',').map(number)
  if (train === undefined || validation === undefined || test === undefined || more.length > 0) {
    throw new InvalidArgumentError('Three shares, e.g. 0.7,0.15,0.15.')
  }
  return { train, validation, test }
}

/** As `withData` reads them. */
export interface DataOptions {
  labels: boolean
  alts?: number | 'none'
  minAltScore: number
  minAltWords: number
  where?: string
  types?: string
  split: { train: number; validation: number; test: number }
  splitSeed: number
}

/** Options for what is learned from: `spans train` and `spans package`. */
export function withData(command: Command): Command {
  const { minAltScore, minAltWords, split } = TrainingData.shape
  const { seed, ...parts } = USUAL_SPLIT
  return command
    .option('--no-labels', 'do not learn from the labels of people')
    .option(
      '--alts <set>',
      'set of found alts to learn from, or none; otherwise the newest one',
      setOrNone,
    )
    .addOption(
      optionOf('--min-alt-score <similarity>', 'least similarity of an alt, 0..1', minAltScore),
    )
    .addOption(optionOf('--min-alt-words <n>', 'least words of an alt', minAltWords))
    .option('--types <names>', 'only labels of these description types, with commas')
    .addOption(
      optionOf(
        '--split <shares>',
        'shares of training, validation and test',
        split,
        shares,
      ).default(parts, Object.values(parts).join(',')),
    )
    .addOption(
      optionOf(
        '--split-seed <n>',
        'another seed deals the sites differently',
        split.unwrap().shape.seed.default(seed),
      ),
    )
    .option(...where(TEXT_FILTER))
}

/** What is learned from, as the options say; the newest found alts unless others are named. */
export async function dataOf(
  { call }: CliTools,
  corpus: string,
  options: DataOptions,
): Promise<TrainingData> {
  const newest = (await call('spans.sets', { corpus })).find(
    ({ kind, complete }) => kind === 'alt' && complete,
  )
  return {
    corpus,
    labels: options.labels,
    alts: options.alts === 'none' ? null : (options.alts ?? newest?.id ?? null),
    where: options.where ?? '',
    types: options.types === undefined ? null : options.types.split(',').map((t) => t.trim()),
    minAltScore: options.minAltScore,
    minAltWords: options.minAltWords,
    split: { ...options.split, seed: options.splitSeed },
  }
}
