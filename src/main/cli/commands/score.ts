import type { Command } from 'commander'
import type { CallOutput } from '#shared/contract/index.ts'
import { score, ScoreInput } from '#shared/contract/jobs.ts'
import { scores } from '#shared/contract/scores.ts'
import { z } from 'zod'
import { OWN_TEXTS, TextSource } from '#shared/domain.ts'
import type { OwnText } from '#shared/domain.ts'
import { AppError } from '#shared/errors.ts'
import { optionOf } from '../options.ts'
import { runJob } from '../tools.ts'
import type { CliTools } from '../tools.ts'
import { table } from '../terminal.ts'
import { deviceOption, json, listOption, n, textOption, three, where } from './words.ts'

/** Lines of a histogram: what a terminal shows. */
const BINS = 20
/** Characters of its longest bar. */
const BAR = 50

/** `score`, `compare`, `best` and `histogram`. */
export function addScoreCommands(program: Command, tools: CliTools): void {
  const { call, open, print, printJson } = tools

  program
    .command('score <corpus>')
    .description('score how well each picture fits its text')
    .addOption(
      listOption(
        '--model <ids>',
        'ids of models (gleaner models list) or model folders, with commas between them',
        ScoreInput.shape.models,
      ),
    )
    .addOption(
      listOption(
        '--text <sources>',
        `which words are scored, with commas between several: ${OWN_TEXTS.join(', ')}`,
        ScoreInput.shape.texts,
      ).default(['alt'], 'alt'),
    )
    .option('--best', 'then choose for each picture the best of these texts, as the text "best"')
    .addOption(deviceOption())
    .action(
      async (
        corpus: string,
        options: Pick<ScoreInput, 'device' | 'best'> & { model?: string[]; text: OwnText[] },
      ) => {
        const { model, text, ...rest } = options
        await runJob(tools, score, {
          corpus: await open(corpus),
          ...rest,
          text: text[0],
          ...(text.length > 1 ? { texts: text } : {}),
          ...(model?.length === 1 ? { model: model[0] } : {}),
          ...(model && model.length > 1 ? { models: model } : {}),
        })
      },
    )

  program
    .command('compare <corpus>')
    .description('how scores of several texts and models differ on the same pairs')
    .addOption(
      listOption(
        '--text <sources>',
        'which texts; all that were scored unless told',
        z.array(TextSource).optional(),
      ),
    )
    .addOption(
      listOption(
        '--model <ids>',
        'by which models; all unless told',
        z.array(z.string()).optional(),
      ),
    )
    .addOption(
      optionOf(
        '--cutoff <cosine>',
        'how much of each it keeps',
        scores['scores.countAbove'].input.shape.minCosine,
      ),
    )
    .option(...where('width>=256'))
    .option(...json)
    .action(
      async (
        corpus: string,
        options: {
          text?: TextSource[]
          model?: string[]
          cutoff: number
          where?: string
          json: boolean
        },
      ) => {
        const path = await open(corpus)
        const sources = (await call('scores.sources', { corpus: path })).filter(
          ({ model, text }) =>
            (options.text?.includes(text) ?? true) && (options.model?.includes(model) ?? true),
        )
        if (sources.length === 0) {
          throw new AppError(
            'not-found',
            'This corpus has no such scores.',
            'Run gleaner score first.',
          )
        }
        const compared = await call('scores.compare', {
          corpus: path,
          where: options.where,
          sources: sources
            .slice(0, 6)
            .map(({ model, text }) => ({ model, text, cutoff: options.cutoff })),
        })
        if (options.json) return printJson(compared)
        print(describeCompared(compared))
      },
    )

  program
    .command('best <corpus>')
    .description('the choices of the best text for each picture, which score --best makes')
    .addOption(
      optionOf(
        '--use <id>',
        'put this one in use as the text "best"',
        scores['scores.useBestSet'].input.shape.set.optional(),
      ),
    )
    .option(...json)
    .action(async (corpus: string, options: { use?: number; json: boolean }) => {
      const path = await open(corpus)
      if (options.use !== undefined) {
        await call('scores.useBestSet', { corpus: path, set: options.use })
      }
      const sets = await call('scores.bestSets', { corpus: path })
      if (options.json) return printJson(sets)
      print(sets.length === 0 ? 'none' : describeBest(sets))
    })

  program
    .command('score-origin <corpus> <scores> [model]')
    .description('say which model imported scores are from; its cutoffs then apply')
    .option('--clear', 'take it back', false)
    .action(
      async (
        corpus: string,
        scored: string,
        origin: string | undefined,
        { clear }: { clear: boolean },
      ) => {
        const path = await open(corpus)
        if (clear || origin !== undefined) {
          await call('scores.setOrigin', {
            corpus: path,
            model: scored,
            origin: clear ? null : (origin ?? null),
          })
        }
        const found = (await call('scores.sources', { corpus: path })).find(
          ({ model }) => model === scored,
        )
        print(`${scored}: ${found?.origin ?? 'not said'}`)
      },
    )

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

function describeBest(sets: CallOutput<'scores.bestSets'>): string {
  return table(
    ['id', 'in use', 'model', 'pairs', 'chosen', 'one text', 'ties', 'median margin'],
    sets.map((set) => [
      set.id,
      set.current ? 'yes' : '',
      set.model,
      n(set.pairs),
      set.chosen.map((one) => `${one.text} ${n(one.n)}`).join(', '),
      n(set.single),
      n(set.ties),
      three(set.marginMedian),
    ]),
  )
}

function describeCompared(compared: CallOutput<'scores.compare'>): string {
  const limits = (of: { value: number; low: number; high: number } | null | undefined): string =>
    of ? `${three(of.value)} (${three(of.low)} … ${three(of.high)})` : ''
  return [
    table(
      [
        'text',
        'model',
        'pairs',
        'kept',
        'mean',
        'median',
        'both',
        'mean difference',
        'median difference',
      ],
      compared.map((one) => [
        one.text,
        one.model,
        n(one.n),
        `${n(one.kept)} (${((100 * one.kept) / Math.max(1, one.n)).toFixed(1)} %)`,
        three(one.mean),
        three(one.median),
        one.difference ? n(one.difference.n) : '',
        limits(one.difference?.mean),
        limits(one.difference?.median),
      ]),
    ),
    'Differences: each less the first, on the pairs that have both; 95 % intervals (t; order statistics).',
  ].join('\n')
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
