import type { Command } from 'commander'
import type { CallOutput } from '#shared/contract/index.ts'
import { score, ScoreInput } from '#shared/contract/jobs.ts'
import { scores } from '#shared/contract/scores.ts'
import type { TextSource } from '#shared/domain.ts'
import { AppError } from '#shared/errors.ts'
import { optionOf } from '../options.ts'
import { runJob } from '../tools.ts'
import type { CliTools } from '../tools.ts'
import { deviceOption, n, textOption, where } from './words.ts'

/** Lines of a histogram: what a terminal shows. */
const BINS = 20
/** Characters of its longest bar. */
const BAR = 50

/** `score` and `histogram`. */
export function addScoreCommands(program: Command, tools: CliTools): void {
  const { call, open, print, printJson } = tools

  program
    .command('score <corpus>')
    .description('score how well each picture fits its text')
    .addOption(
      optionOf(
        '--model <id>',
        'id of a model (gleaner models list) or a model folder',
        ScoreInput.shape.model,
      ),
    )
    .addOption(textOption('which words are scored'))
    .addOption(deviceOption())
    .action(async (corpus: string, options: Omit<ScoreInput, 'corpus'>) => {
      await runJob(tools, score, { corpus: await open(corpus), ...options })
    })

  program
    .command('histogram <corpus>')
    .description('count scores by bins')
    .option('--model <id>', 'whose scores; may be left out where there is one')
    .addOption(textOption('which words were scored'))
    .addOption(
      optionOf('--bins <n>', 'number of bins', scores['scores.histogram'].input.shape.bins).default(
        BINS,
      ),
    )
    .option(...where('score>=0.28 width>=256'))
    .option('--json', 'as one JSON object', false)
    .action(
      async (
        corpus: string,
        options: { model?: string; text: TextSource; bins: number; where?: string; json: boolean },
      ) => {
        const path = await open(corpus)
        const { json, text, bins } = options
        const model = options.model ?? (await onlyModel(call, path, text))
        const histogram = await call('scores.histogram', {
          corpus: path,
          model,
          text,
          bins,
          where: options.where,
        })
        if (json) return printJson({ model, text, ...histogram })
        print(describeHistogram(histogram, model, text))
      },
    )
}

function describeHistogram(
  histogram: CallOutput<'scores.histogram'>,
  model: string,
  text: TextSource,
): string {
  const { counts, lo, hi } = histogram
  const most = Math.max(1, ...counts)
  const step = (hi - lo) / counts.length
  const bars = counts.map((count, i) => {
    const from = (lo + i * step).toFixed(3).padStart(7)
    return `${from}  ${String(count).padStart(9)}  ${'█'.repeat(Math.round((count / most) * BAR))}`
  })
  return [
    ...bars,
    `n = ${n(histogram.n)} cosines of ${model} (${text}), mean ${histogram.mean.toFixed(3)}, ` +
      `median ${histogram.median.toFixed(3)}, ${n(histogram.unscored)} pairs without a score`,
  ].join('\n')
}

/** The model that has scored a text, where there is one. @throws AppError `invalid-input` */
export async function onlyModel(
  call: CliTools['call'],
  corpus: string,
  text: TextSource,
): Promise<string> {
  const sources = (await call('scores.sources', { corpus })).filter((one) => one.text === text)
  if (sources.length === 1 && sources[0]) return sources[0].model
  throw new AppError(
    'invalid-input',
    sources.length === 0
      ? `This corpus has no scores for ${text}.`
      : `This corpus has scores of ${sources.map((one) => one.model).join(', ')}.`,
    sources.length === 0 ? 'Run gleaner score first.' : 'Choose one with --model.',
  )
}
