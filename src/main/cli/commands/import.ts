import { resolve } from 'node:path'
import { InvalidArgumentError } from 'commander'
import type { Command } from 'commander'
import type { CallInput } from '#shared/contract/index.ts'
import { ImportInput, importTables } from '#shared/contract/jobs.ts'
import { AppError, hintForCommand } from '#shared/errors.ts'
import { optionOf } from '../options.ts'
import { table } from '../terminal.ts'
import { runJob } from '../tools.ts'
import type { CliTools } from '../tools.ts'
import { describeStats } from './stats.ts'
import { clip, imagesOption, n } from './words.ts'

interface ImportOptions extends Pick<ImportInput, 'modelName' | 'unit' | 'images'> {
  column: ImportInput['columns']
  keep?: string[]
  dryRun: boolean
}

export function addImportCommand(program: Command, tools: CliTools): void {
  const { modelName, unit, images } = ImportInput.shape
  program
    .command('import <corpus> <input...>')
    .description(
      'bring in tables of pairs, scores and embeddings: .parquet, .csv, .tsv, .jsonl, COCO captions, folders of them, with .npy beside them',
    )
    .option(
      '--column <role=name>',
      'what a column means, e.g. caption=caption or score=my_similarity; may be repeated',
      columnRole,
      [],
    )
    .option(
      '--keep <column>',
      'a column whose numbers are kept to filter and sort by; may be repeated; none = none; otherwise all numeric ones',
      keptColumn,
    )
    .addOption(optionOf('--model-name <name>', 'what the imported scores are called', modelName))
    .addOption(
      optionOf(
        '--unit <unit>',
        'in what similarities are written: cosine, 100*max(cos,0) or 2.5*max(cos,0)',
        unit,
      ),
    )
    .addOption(
      imagesOption(
        'none, folder:DIR or fetch; otherwise files that the table names, beside it',
        images,
      ),
    )
    .option('--dry-run', 'say what the columns mean, import nothing', false)
    .action(async (corpus: string, inputs: string[], options: ImportOptions) => {
      const { column: columns, dryRun, images: from, ...named } = options
      if (dryRun) {
        for (const input of inputs) {
          await printRecognised(tools, { path: resolve(input), columns, ...named })
        }
        return
      }
      const path = await tools.open(corpus)
      await runJob(tools, importTables, {
        corpus: path,
        inputs: inputs.map((input) => resolve(input)),
        images: from,
        columns,
        ...named,
      })
      tools.print(describeStats(await tools.call('corpora.stats', { corpus: path })))
    })
}

function keptColumn(text: string, earlier: string[] = []): string[] {
  return text === 'none' ? earlier : [...earlier, text]
}

function columnRole(text: string, earlier: ImportInput['columns']): ImportInput['columns'] {
  const at = text.indexOf('=')
  if (at < 1 || at === text.length - 1) throw new InvalidArgumentError('ROLE=NAME, e.g. alt=TEXT.')
  return [...earlier, { role: text.slice(0, at).trim(), column: text.slice(at + 1) }]
}

async function printRecognised(
  { call, print }: CliTools,
  input: CallInput<'tables.recognise'>,
): Promise<void> {
  const { n: all, tables, refusal, left } = await call('tables.recognise', input)
  for (const found of tables) {
    const rows = found.rows === null ? '' : `, ${n(found.rows)} rows`
    print(`${found.path}: ${found.format}${found.layout ? ` (${found.layout})` : ''}${rows}`)
    print(
      table(
        ['column', 'type', 'role', 'why', 'range', 'scores are called', 'first row'],
        found.columns.map((column) => [
          column.name,
          column.type,
          column.role,
          column.why,
          column.range
            ? `${column.range.min.toPrecision(3)} … ${column.range.max.toPrecision(3)}`
            : '',
          column.model ?? '',
          clip(String(found.preview[0]?.[column.name] ?? '')),
        ]),
      ),
    )
    if (found.embeddings) {
      const { rows: vectors, dims, model } = found.embeddings
      print(
        `embeddings: ${vectors} rows of ${dims}${model === null ? '' : `, scores are called ${model}`}`,
      )
    }
    for (const problem of found.problems) print(`note: ${problem}`)
  }
  for (const { name, message } of left) print(`left out: ${name}: ${message}`)
  const more = all - tables.length - left.length
  if (more > 0) print(`and ${more} more tables`)
  if (refusal) {
    throw new AppError('invalid-input', refusal.message, hintForCommand(refusal) ?? undefined)
  }
}
