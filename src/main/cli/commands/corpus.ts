import { resolve } from 'node:path'
import type { Command } from 'commander'
import { ingest, IngestInput } from '#shared/contract/jobs.ts'
import { optionOf } from '../options.ts'
import { runJob } from '../tools.ts'
import type { CliTools } from '../tools.ts'
import { describeStats } from './stats.ts'
import { addPicturesCommand } from './pictures.ts'
import { imagesOption } from './words.ts'

/** `init`, `ingest`, `pictures` and `stats`. */
export function addCorpusCommands(program: Command, tools: CliTools): void {
  const { call, open, print, printJson } = tools

  program
    .command('init <corpus>')
    .description('make an empty corpus folder')
    .action(async (corpus: string) => {
      const info = await call('corpora.create', { path: resolve(corpus) })
      print(`made ${info.path}`)
    })

  program
    .command('ingest <corpus> <input...>')
    .description('read .warc, .warc.gz, .wacz, folders of them, or - for standard input')
    .addOption(
      imagesOption(
        'where pictures come from: archive, folder:DIR, fetch or none',
        IngestInput.shape.images,
      ),
    )
    .option(
      '--only-listed',
      'of archives that list chosen pairs (see docs/warc.md) only those',
      false,
    )
    .addOption(optionOf('--workers <n>', 'extraction threads', IngestInput.shape.workers))
    .action(
      async (
        corpus: string,
        inputs: string[],
        options: Pick<IngestInput, 'images' | 'onlyListed' | 'workers'>,
      ) => {
        const path = await open(corpus)
        await runJob(tools, ingest, {
          corpus: path,
          inputs: inputs.map((input) => (input === '-' ? input : resolve(input))),
          ...options,
        })
        print(describeStats(await call('corpora.stats', { corpus: path })))
      },
    )

  addPicturesCommand(program, tools)

  program
    .command('stats <corpus>')
    .description('count what is in a corpus, and what failed')
    .option('--json', 'as one JSON object', false)
    .action(async (corpus: string, options: { json: boolean }) => {
      const stats = await call('corpora.stats', { corpus: await open(corpus) })
      if (options.json) await printJson(stats)
      else print(describeStats(stats))
    })
}
