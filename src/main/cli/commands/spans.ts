import type { Command } from 'commander'
import { altSpans, AltSpansInput, predictSpans, PredictSpansInput } from '#shared/contract/jobs.ts'
import { optionOf } from '../options.ts'
import { runJob } from '../tools.ts'
import type { CliTools } from '../tools.ts'
import { addSpanModelCommands } from './span-models.ts'
import { addSpanSetCommands } from './span-sets.ts'
import {
  addLaunchCommand,
  addPackageCommand,
  addRunsCommand,
  addTrainCommand,
} from './span-training.ts'
import { TEXT_FILTER } from './training-data.ts'
import { deviceOption, where } from './words.ts'

/** `spans ...`, in the order of the work. */
export function addSpanCommands(program: Command, tools: CliTools): void {
  const spans = program.command('spans').description('descriptions in the text around pictures')

  addAltsCommand(spans, tools)
  addTrainCommand(spans, tools)
  addPredictCommand(spans, tools)
  addSpanSetCommands(spans, tools)
  addRunsCommand(spans, tools)
  addPackageCommand(spans, tools)
  addLaunchCommand(spans, tools)
  addSpanModelCommands(spans, tools)
}

function addAltsCommand(spans: Command, tools: CliTools): void {
  const { call, open, print } = tools
  spans
    .command('alts <corpus>')
    .description('find the alts in the other texts of their pairs')
    .addOption(
      optionOf(
        '--threshold <similarity>',
        'least similarity of a near match, 0.5..1',
        AltSpansInput.shape.threshold,
      ),
    )
    .option('--once', 'only where no set of them is there yet', false)
    .action(async (corpus: string, options: { threshold?: number; once: boolean }) => {
      const path = await open(corpus)
      const { threshold, once } = options
      const sets = once ? await call('spans.sets', { corpus: path }) : []
      const known = sets.find(({ kind, complete }) => kind === 'alt' && complete)
      if (known) return print(`set ${known.id} holds them: ${known.title}`)
      await runJob(tools, altSpans, { corpus: path, threshold })
    })
}

function addPredictCommand(spans: Command, tools: CliTools): void {
  const { open } = tools
  spans
    .command('predict <corpus>')
    .description('predict a description for every pair with words around it')
    .addOption(
      optionOf(
        '--model <id>',
        'id or folder of a span model (gleaner spans models)',
        PredictSpansInput.shape.model,
      ),
    )
    .addOption(
      optionOf('--n-best <n>', 'spans that are kept of each pair', PredictSpansInput.shape.nBest),
    )
    .option(...where(TEXT_FILTER))
    .addOption(deviceOption())
    .action(
      async (
        corpus: string,
        options: Omit<PredictSpansInput, 'corpus' | 'where'> & { where?: string },
      ) => {
        await runJob(tools, predictSpans, { corpus: await open(corpus), ...options })
      },
    )
}
