import type { Command } from 'commander'
import { textInImage } from '#shared/contract/jobs.ts'
import type { PictureTextSummary } from '#shared/contract/picture-texts.ts'
import { table } from '../terminal.ts'
import { runJob } from '../tools.ts'
import type { CliTools } from '../tools.ts'
import { deviceOption, json, n, where } from './words.ts'

/** `text-in-image` */
export function addTextInImageCommand(program: Command, tools: CliTools): void {
  const { call, open, print, printJson } = tools
  program
    .command('text-in-image <corpus>')
    .description('find the text that stands in pictures; filter by text-in-image: and text-area>')
    .option('--model <id>', 'a model that finds text: an id (gleaner models list) or its folder')
    .option(...where('status:ok -text-in-image:*'))
    .option('--report', 'only tell what was found before', false)
    .addOption(deviceOption())
    .option(...json)
    .action(
      async (
        corpus: string,
        options: {
          model?: string
          where?: string
          report: boolean
          device: 'auto'
          json: boolean
        },
      ) => {
        const { json: isJson, report, ...input } = options
        const path = await open(corpus)
        if (!report) {
          const job = await runJob(
            tools,
            textInImage,
            { corpus: path, ...input },
            { quiet: isJson },
          )
          if (job.state !== 'done') return
        }
        const summary = await call('pictureTexts.summary', { corpus: path })
        if (isJson) return printJson(summary)
        print(describe(summary))
      },
    )
}

function describe(summary: PictureTextSummary): string {
  if (summary.model === null) return 'Text was not looked for in this corpus yet.'
  const shares = summary.areas.map(({ upTo, n: count }, i) => [
    upTo === 0 ? 'none' : `${100 * (summary.areas[i - 1]?.upTo ?? 0)}–${100 * upTo} %`,
    n(count),
  ])
  return [
    `${n(summary.lookedAt)} of ${n(summary.pictures)} pictures looked at by ${summary.model}: ${n(summary.withText)} with text${summary.reads ? `, words read in ${n(summary.withWords)}` : ''}; ${n(summary.pairs.yes)} pairs show them.`,
    table(['area with text', 'pictures'], shares),
  ].join('\n')
}
