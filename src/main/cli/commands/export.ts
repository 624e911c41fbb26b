import { resolve } from 'node:path'
import type { Command } from 'commander'
import { ExportInput, exportPairs } from '#shared/contract/jobs.ts'
import { optionOf } from '../options.ts'
import { runJob } from '../tools.ts'
import type { CliTools } from '../tools.ts'
import { textOption, where } from './words.ts'

export function addExportCommand(program: Command, tools: CliTools): void {
  const { format, out } = ExportInput.shape
  program
    .command('export <corpus>')
    .description('write a dataset')
    .addOption(optionOf('--format <format>', 'form of the dataset', format))
    .addOption(optionOf('--out <dir>', 'folder to make', out))
    .addOption(textOption('which words become the caption'))
    .option(...where('score>=0.28 width>=256'))
    .action(
      async (
        corpus: string,
        options: Pick<ExportInput, 'format' | 'out' | 'text'> & { where?: string },
      ) => {
        const path = await tools.open(corpus)
        await runJob(tools, exportPairs, {
          corpus: path,
          ...options,
          out: resolve(options.out),
        })
      },
    )
}
