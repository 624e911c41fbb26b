import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { InvalidArgumentError } from 'commander'
import {
  measureMatrix,
  MeasureMatrixInput,
  studyCompliance,
  StudyComplianceInput,
} from '#shared/contract/jobs.ts'
import { optionOf } from '../options.ts'
import { runJob } from '../tools.ts'
import type { CliTools } from '../tools.ts'
import { printResult } from './print-result.ts'
import { deviceOption, json } from './words.ts'

type Options<I> = Omit<I, 'corpus' | 'study' | 'out'> & { json: boolean }

/** `measure compliance` and `measure matrix`, of a study. */
export function addStudyMeasures(group: Command, tools: CliTools): void {
  const { model, seed } = StudyComplianceInput.shape
  group
    .command('compliance <corpus> <name>')
    .description('how well the pictures of a study fit their prompts, compared within prompts')
    .addOption(optionOf('--model <id>', 'of pictures and texts; default: the one in use', model))
    .addOption(optionOf('--seed <n>', 'of the bootstrap', seed))
    .addOption(deviceOption())
    .option(...json)
    .action(
      async (
        corpus: string,
        study: string,
        { json: isJson, ...options }: Options<StudyComplianceInput>,
      ) => {
        const input = { ...options, corpus: await tools.open(corpus), study }
        await printResult(tools, isJson, (out, quiet) =>
          runJob(tools, studyCompliance, { ...input, ...out }, quiet),
        )
      },
    )

  const matrix = MeasureMatrixInput.shape
  group
    .command('matrix <corpus> <name>')
    .description('models by kinds of prompts against references, in one table')
    .addOption(
      optionOf(
        '--references <set>',
        'a folder, a corpus, CORPUS#STUDY/MODEL[/KIND], .npy or .npz',
        matrix.references,
      ),
    )
    .option('--model <id...>', 'whose features; default: the best installed')
    .option('--measures <names>', 'fd,kid,cmmd or some of them', readMeasures)
    .addOption(optionOf('--compliance <id>', 'score with this model', matrix.compliance))
    .addOption(
      optionOf('--resize <mode>', "another way of resizing than the models' own", matrix.resize),
    )
    .addOption(
      optionOf('--n <n|smallest|all>', 'pictures that are drawn of each row', matrix.n, readN),
    )
    .addOption(optionOf('--m <n>', 'drawn of the references; default: all', matrix.m))
    .addOption(optionOf('--takes <k>', 'pictures of a prompt at most', matrix.takes))
    .addOption(optionOf('--seed <n>', 'of the draws', matrix.seed))
    .addOption(deviceOption())
    .option('--allow-unlike', 'compare what was resized or kept in unlike ways', false)
    .option('--csv <file>', 'write the table')
    .option(...json)
    .action(
      async (
        corpus: string,
        study: string,
        {
          json: isJson,
          model: models,
          csv,
          references,
          measures,
          ...options
        }: Omit<Options<MeasureMatrixInput>, 'models' | 'measures'> & {
          model?: string[]
          measures?: MeasureMatrixInput['measures']
        },
      ) => {
        const input = {
          ...options,
          corpus: await tools.open(corpus),
          study,
          references: resolveSource(references),
          ...(models ? { models } : {}),
          ...(measures ? { measures } : {}),
          ...(csv === undefined ? {} : { csv: resolve(csv) }),
        }
        await printResult(tools, isJson, (out, quiet) =>
          runJob(tools, measureMatrix, { ...input, ...out }, quiet),
        )
      },
    )
}

/** Made absolute: a path, or the corpus before `#STUDY/MODEL[/KIND]`, whose names are no path. */
export function resolveSource(text: string): string {
  const at = text.indexOf('#')
  if (at <= 0 || existsSync(text)) return resolve(text)
  for (let end = at; end > 0; end = text.indexOf('#', end + 1)) {
    const path = text.slice(0, end)
    if (existsSync(path)) return resolve(path) + text.slice(end)
  }
  return resolve(text)
}

function readMeasures(text: string): MeasureMatrixInput['measures'] {
  const names = MeasureMatrixInput.shape.measures.safeParse(
    text.split(',').map((name) => name.trim()),
  )
  if (names.success && new Set(names.data).size === names.data.length) return names.data
  throw new InvalidArgumentError('fd,kid,cmmd or some of them, each once.')
}

function readN(text: string): MeasureMatrixInput['n'] {
  const n = MeasureMatrixInput.shape.n.safeParse(/^\d+$/.test(text) ? Number(text) : text)
  if (n.success) return n.data
  throw new InvalidArgumentError('A whole number from 2, smallest, or all.')
}
