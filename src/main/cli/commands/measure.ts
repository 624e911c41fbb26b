import { InvalidArgumentError } from 'commander'
import type { Command } from 'commander'
import {
  complexity,
  ComplexityInput,
  measure,
  MeasureInput,
  SET_MEASURES,
  studyComplexity,
} from '#shared/contract/jobs.ts'
import type { SetMeasure } from '#shared/contract/jobs.ts'
import { AppError } from '#shared/errors.ts'
import { optionOf } from '../options.ts'
import { runJob } from '../tools.ts'
import type { CliTools } from '../tools.ts'
import { addStudyMeasures, resolveSource } from './measure-study.ts'
import { printResult } from './print-result.ts'
import { deviceOption, json, textOption } from './words.ts'

const WORDS: Record<SetMeasure, string> = {
  fd: 'Frechet distance of two sets of pictures (FID, FD-DINOv2: by the model)',
  kid: 'kernel inception distance of two sets, with an interval',
  cmmd: 'maximum mean discrepancy with a Gaussian kernel, for the features of CLIP',
}

/** `measure fd`, `kid`, `cmmd`, `complexity`, `compliance` and `matrix`. */
export function addMeasureCommands(program: Command, tools: CliTools): void {
  const group = program.command('measure').description('automatic measures; docs/measures.md')
  for (const name of SET_MEASURES) addSetMeasure(group, name, tools)
  addComplexity(group, tools)
  addStudyMeasures(group, tools)
}

function addSetMeasure(group: Command, name: SetMeasure, tools: CliTools): void {
  const { model, resize, n, seed } = MeasureInput.shape
  group
    .command(`${name} <a> <b>`)
    .description(WORDS[name])
    .addOption(optionOf('--model <id>', 'whose features; default: the best installed', model))
    .addOption(optionOf('--resize <mode>', "another way of resizing than the model's own", resize))
    .addOption(optionOf('--n <n,m>', 'draw so many of A and of B; default: all', n, readCounts))
    .addOption(optionOf('--seed <n>', 'of the draw: A by this, B by the next one', seed))
    .addOption(deviceOption())
    .option('--allow-unlike', 'compare what was resized or kept in unlike ways', false)
    .option(...json)
    .action(
      async (
        a: string,
        b: string,
        {
          json: isJson,
          ...options
        }: Omit<MeasureInput, 'a' | 'b' | 'measure' | 'out'> & { json: boolean },
      ) => {
        const input = { ...options, measure: name, a: resolveSource(a), b: resolveSource(b) }
        await printResult(tools, isJson, (out, quiet) =>
          runJob(tools, measure, { ...input, ...out }, quiet),
        )
      },
    )
}

function addComplexity(group: Command, tools: CliTools): void {
  const { cutoff, model, n, pictures, seed } = ComplexityInput.shape
  group
    .command('complexity <corpus> [study]')
    .description(
      'how rich a corpus is in words and pictures, or the prompts and pictures of a study',
    )
    .addOption(textOption('one source of text; default: all').default(undefined))
    .addOption(
      optionOf('--cutoff <query>', 'measure before and after it, e.g. "score>=0.28"', cutoff),
    )
    .addOption(optionOf('--model <id>', 'for the diversity of pictures', model))
    .addOption(optionOf('--n <n>', 'draw at most so many descriptions of each source', n))
    .addOption(optionOf('--pictures <n>', 'draw at most so many pictures', pictures))
    .addOption(optionOf('--seed <n>', 'of the draws', seed))
    .addOption(deviceOption())
    .option(...json)
    .action(
      async (
        corpus: string,
        study: string | undefined,
        {
          json: isJson,
          text,
          ...options
        }: Omit<ComplexityInput, 'corpus' | 'texts' | 'out'> & {
          json: boolean
          text?: NonNullable<ComplexityInput['texts']>[number]
        },
        command: Command,
      ) => {
        if (study !== undefined) {
          refuseWithStudy(command, ['text', 'cutoff', 'n'])
          const { model: by, device, pictures: most, seed: drawnBy } = options
          const input = { corpus: await tools.open(corpus), study, model: by, device }
          return printResult(tools, isJson, (out, quiet) =>
            runJob(
              tools,
              studyComplexity,
              { ...input, pictures: most, seed: drawnBy, ...out },
              quiet,
            ),
          )
        }
        const input = {
          ...options,
          corpus: await tools.open(corpus),
          ...(text === undefined ? {} : { texts: [text] }),
        }
        await printResult(tools, isJson, (out, quiet) =>
          runJob(tools, complexity, { ...input, ...out }, quiet),
        )
      },
    )
}

/** Options of a corpus say nothing about a study. @throws AppError `invalid-input` */
function refuseWithStudy(command: Command, names: readonly string[]): void {
  const given = names.find((name) => command.getOptionValueSource(name) === 'cli')
  if (given === undefined) return
  throw new AppError(
    'invalid-input',
    `--${given} is for a corpus; a study is measured by all its prompts`,
    'Leave it out, or leave the study out.',
  )
}

/** `1024,10000`, or one number for both. */
function readCounts(text: string): [number, number] {
  const parts = text.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)))
  const [first, second = first] = parts
  const counts = MeasureInput.shape.n.safeParse([first, second])
  if (parts.length <= 2 && counts.success && counts.data) return counts.data
  throw new InvalidArgumentError('Two whole numbers from 2, such as 1024,10000, or one for both.')
}
