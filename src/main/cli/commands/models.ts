import type { ModelInfo } from '#shared/contract/models.ts'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { quantize, QuantizeInput } from '#shared/contract/jobs.ts'
import type { Device } from '#shared/contract/jobs.ts'
import { formatBytes } from '#shared/format.ts'
import { optionOf } from '../options.ts'
import { table } from '../terminal.ts'
import { runJob } from '../tools.ts'
import type { CliTools } from '../tools.ts'
import { deviceOption } from './words.ts'

export function addModelCommands(program: Command, tools: CliTools): void {
  const { call, follow, print, printJson, fail } = tools
  const models = program.command('models').description('models of every kind')
  models
    .command('list', { isDefault: true })
    .description('what is installed and what can be fetched')
    .option('--json', 'as one JSON array', false)
    .action(async (options: { json: boolean }) => {
      const list = await call('models.list', {})
      if (options.json) return printJson(list)
      print(
        table(
          ['id', 'kind', 'state', 'size', 'licence', 'cutoffs', 'what it is good for'],
          list.map((model) => [
            model.id,
            model.kind,
            model.problem ? `${model.state}: ${model.problem}` : model.state,
            sizeOf(model),
            model.license ?? '',
            model.kind === 'picture-text'
              ? model.cutoffs.map((cutoff) => String(cutoff.cosine)).join(', ')
              : '',
            model.description,
          ]),
        ),
      )
    })
  models
    .command('add <source>')
    .description('a model folder, or a hub repository to fetch')
    .action(async (source: string) => {
      const { model, job } = await call('models.add', { source })
      if (job) await follow(job)
      if (model) print(`added ${model.id} (${model.name})`)
    })
  models
    .command('verify <id>')
    .description('run a model on this machine against its reference')
    .addOption(deviceOption('where it runs'))
    .action(async (id: string, options: { device: Device }) => {
      const report = await call('models.verify', { id, device: options.device })
      print(
        table(
          ['check', 'result', 'largest difference', 'bound', ''],
          report.checks.map((check) => [
            check.name,
            check.ok ? 'pass' : 'FAIL',
            check.difference === null ? '' : check.difference.toExponential(2),
            check.bound === null ? '' : check.bound.toExponential(2),
            check.note,
          ]),
        ),
      )
      print(`${id} on ${report.device}: ${report.ok ? 'pass' : 'FAIL'}`)
      if (!report.ok) fail()
    })
  const { check, out, bound } = QuantizeInput.shape
  models
    .command('quantize <id>')
    .description('make an int8 twin of an fp32 model, checked on your own pictures and texts')
    .addOption(
      optionOf('--check <path>', 'a corpus or a folder of pictures to compare both on', check),
    )
    .addOption(optionOf('--out <dir>', 'folder of the new model', out))
    .addOption(
      optionOf('--bound <cosine>', 'largest difference of a cosine that is allowed', bound),
    )
    .action(async (id: string, options: Omit<QuantizeInput, 'id'>) => {
      await runJob(tools, quantize, {
        id,
        ...options,
        check: resolve(options.check),
        out: options.out === undefined ? undefined : resolve(options.out),
      })
    })
  models
    .command('remove <id>')
    .description('forget a model; what it made stays')
    .action(async (id: string) => {
      await call('models.remove', { id })
      print(`removed ${id}`)
    })
}

/** Of one that can be fetched, the size of each variant that it is there in. */
function sizeOf({ bytes, variants = [] }: ModelInfo): string {
  if (variants.length > 1) {
    return variants.map(({ variant, bytes: size }) => `${variant} ${formatBytes(size)}`).join(', ')
  }
  return bytes === null ? '' : formatBytes(bytes)
}
