import { createReadStream, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { Option } from 'commander'
import type { Command } from 'commander'
import { similarity, SimilarityInput } from '#shared/contract/jobs.ts'
import { optionOf } from '../options.ts'
import { spooled } from '../piped.ts'
import { runJob } from '../tools.ts'
import type { CliTools } from '../tools.ts'
import { deviceOption } from './words.ts'

interface Options extends Omit<SimilarityInput, 'file' | 'out' | 'models'> {
  model?: string[]
  out?: string
}

/** `similarity`: scores for any list of pairs. */
export function addSimilarityCommand(program: Command, tools: CliTools): void {
  const { unit, over, format, imageColumn, textColumn } = SimilarityInput.shape
  program
    .command('similarity <table>')
    .description(
      'score the pairs of a CSV, TSV, JSON Lines or Parquet table, or of a pipe; - is standard input',
    )
    .addOption(
      new Option(
        '--model <id...>',
        'ids of models or model folders, a column each; default: the default model',
      ),
    )
    .addOption(optionOf('--unit <unit>', 'how a similarity is written', unit))
    .addOption(
      optionOf(
        '--over <what>',
        'softmax over the texts of one picture, or the images of one text',
        over,
      ),
    )
    .addOption(optionOf('--image-column <name>', 'paths or addresses of pictures', imageColumn))
    .addOption(optionOf('--text-column <name>', 'the words', textColumn))
    .option('--root <folder>', 'where relative paths begin; default: the folder of the table')
    .addOption(
      optionOf('--format <format>', "of what is written; default: the table's own", format),
    )
    .option('--tokens', "a column with the text's tokens, as each model counts them", false)
    .addOption(deviceOption())
    .option('--out <file>', 'write to a file instead of standard output')
    .option('--replace', 'write over the file of --out', false)
    .option('--log <file>', 'what the run took and what it ran on, as text')
    .action(async (table: string, { model, out, log, root, ...options }: Options) => {
      const folder = mkdtempSync(join(tmpdir(), 'gleaner-similarity-'))
      try {
        const piped = await spooled(table, folder)
        const input = {
          ...options,
          models: model ?? [],
          // Relative paths of a table without a place begin where the command is given.
          ...(piped !== null && root === undefined ? { root: resolve('.') } : {}),
          ...(root === undefined ? {} : { root: resolve(root) }),
          ...(log === undefined ? {} : { log: resolve(log) }),
          file: piped ?? resolve(table),
        }
        if (out !== undefined) {
          await runJob(tools, similarity, { ...input, out: resolve(out) })
          return
        }
        const made = join(folder, 'scored')
        const job = await runJob(tools, similarity, { ...input, out: made }, { quiet: true })
        if (job.state === 'done')
          await pipeline(createReadStream(made), process.stdout, { end: false })
      } finally {
        rmSync(folder, { recursive: true, force: true })
      }
    })
}
