import { resolve } from 'node:path'
import type { Command } from 'commander'
import { isTextModel, TEXT_KINDS } from '#shared/contract/training.ts'
import { formatBytes } from '#shared/format.ts'
import { table } from '../terminal.ts'
import type { CliTools } from '../tools.ts'
import { json } from './words.ts'

/** `spans models ...` */
export function addSpanModelCommands(spans: Command, { call, print, printJson }: CliTools): void {
  const models = spans.command('models').description('text encoders and span models')
  models
    .command('list', { isDefault: true })
    .description('what is on this machine')
    .option(...json)
    .action(async (options: { json: boolean }) => {
      const list = (await call('models.list', {})).filter(isTextModel)
      if (options.json) return printJson(list)
      print(
        table(
          ['id', 'kind', 'state', 'size', 'licence', 'what it is'],
          list.map((model) => [
            model.id,
            model.kind,
            model.problem ? `${model.state}: ${model.problem}` : model.state,
            model.bytes === null ? '' : formatBytes(model.bytes),
            model.license ?? '',
            model.description,
          ]),
        ),
      )
    })
  models
    .command('add <folder>')
    .description('a BERT-like encoder in ONNX, or a fine-tuned span model')
    .action(async (folder: string) => {
      const source = resolve(folder)
      const { model } = await call('models.add', { source, kinds: TEXT_KINDS })
      if (model) print(`added ${model.id} (${model.kind})`)
    })
  models
    .command('remove <id>')
    .description('forget a folder, or delete a model that was trained here; its spans stay')
    .action(async (id: string) => {
      await call('models.remove', { id })
      print(`removed ${id}`)
    })
}
