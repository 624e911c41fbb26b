import { resolve } from 'node:path'
import type { Command } from 'commander'
import { PROMPT_FORMATS, prompts as contract, PromptRecipe } from '#shared/contract/prompts.ts'
import type { PromptFormat, PromptProblem, PromptSetInfo } from '#shared/contract/prompts.ts'
import { AppError } from '#shared/errors.ts'
import { optionOf } from '../options.ts'
import { table } from '../terminal.ts'
import type { CliTools } from '../tools.ts'
import { addPromptBaseCommands } from './prompt-bases.ts'
import { json, n } from './words.ts'

const shapes = {
  import: contract['prompts.import'].input.shape,
  check: contract['prompts.check'].input.shape,
}

/** `prompts ...`: sets of a corpus here, bases in `prompt-bases.ts`. */
export function addPromptCommands(program: Command, tools: CliTools): void {
  const { call, open, print, printJson, fail } = tools

  /** A set by its name or number; without either the only one. */
  async function find(corpus: string, wanted: string | undefined): Promise<PromptSetInfo> {
    const sets = await call('prompts.sets', { corpus })
    const found =
      wanted === undefined
        ? sets.length === 1
          ? sets[0]
          : undefined
        : (sets.find(({ name }) => name === wanted) ?? sets.find(({ id }) => String(id) === wanted))
    if (found) return found
    const have = sets.map(({ name }) => `"${name}"`).join(', ')
    throw new AppError(
      'not-found',
      wanted === undefined
        ? sets.length === 0
          ? 'This corpus has no prompt set.'
          : 'This corpus has several prompt sets.'
        : `There is no prompt set "${wanted}".`,
      sets.length === 0 ? 'Make one: gleaner prompts import or generate.' : `Name one: ${have}.`,
    )
  }

  const summary = (set: PromptSetInfo): string =>
    `set ${set.id}, "${set.name}": ${n(set.prompts)} prompts in ${n(set.groups)} groups (${set.kinds
      .map(({ kind, groups }) => `${kind || 'no kind'} ${n(groups)}`)
      .join(', ')})`

  const prompts = program
    .command('prompts')
    .description(
      'sets of prompts that grow step by step (of a corpus), and bases of prompts for pictures',
    )

  prompts
    .command('list <corpus>')
    .description('the prompt sets of a corpus')
    .option(...json)
    .action(async (corpus: string, options: { json: boolean }) => {
      const sets = await call('prompts.sets', { corpus: await open(corpus) })
      if (options.json) return printJson(sets)
      print(
        table(
          ['set', 'name', 'prompts', 'groups', 'levels', 'kinds', 'from', 'changed'],
          sets.map((set) => [
            set.id,
            set.name,
            n(set.prompts),
            n(set.groups),
            set.levels,
            set.kinds.map(({ kind, groups }) => `${kind || 'no kind'} ${n(groups)}`).join(', '),
            set.origin.from,
            set.changedAt,
          ]),
        ),
      )
    })

  prompts
    .command('import <corpus> <file>')
    .description('make a set of a CSV, JSON Lines or YAML file')
    .addOption(optionOf('--name <name>', "of the set; otherwise the file's", shapes.import.name))
    .addOption(optionOf('--format <format>', 'otherwise by the ending', shapes.import.format))
    .option(...json)
    .action(
      async (
        corpus: string,
        file: string,
        options: { name?: string; format?: PromptFormat; json: boolean },
      ) => {
        const { json: asJson, ...asked } = options
        const made = await call('prompts.import', {
          corpus: await open(corpus),
          file: resolve(file),
          ...asked,
        })
        if (asJson) return printJson(made)
        print(summary(made.set))
        for (const note of made.notes) print(`note: ${note}`)
        for (const { line, reason, detail } of made.refused) {
          print(`left out, line ${line}: ${reason} (${detail})`)
        }
        if (made.left > made.refused.length) {
          print(`and ${n(made.left - made.refused.length)} more lines`)
        }
      },
    )

  prompts
    .command('export <corpus> <file>')
    .description('write a set as CSV, JSON Lines or YAML')
    .option('--set <name>', 'name or number of the set; otherwise the only one')
    .option('--format <format>', `${PROMPT_FORMATS.join(', ')}; otherwise by the ending`)
    .action(async (corpus: string, file: string, options: { set?: string; format?: string }) => {
      const format = formatOf(options.format ?? file)
      const path = await open(corpus)
      const { id } = await find(path, options.set)
      const out = resolve(file)
      const done = await call('prompts.export', { corpus: path, set: id, file: out, format })
      print(`${n(done.prompts)} prompts in ${done.file}`)
    })

  prompts
    .command('generate <corpus>')
    .description('make ladders of well-formed prompts, sensible and nonsensical')
    .option('--name <name>', 'of the set')
    .addOption(optionOf('--sensible <n>', 'groups of what can be', PromptRecipe.shape.sensible))
    .addOption(
      optionOf('--nonsensical <n>', 'groups of what cannot be', PromptRecipe.shape.nonsensical),
    )
    .addOption(optionOf('--levels <n>', 'of each group', PromptRecipe.shape.levels))
    .addOption(optionOf('--seed <n>', 'the same seed gives the same', PromptRecipe.shape.seed))
    .option(...json)
    .action(async (corpus: string, options: PromptRecipe & { name?: string; json: boolean }) => {
      const { json: asJson, ...asked } = options
      const set = await call('prompts.generate', { corpus: await open(corpus), ...asked })
      if (asJson) return printJson(set)
      print(summary(set))
    })

  prompts
    .command('check <corpus>')
    .description('containment, levels, duplicates, tokens, and what the corpus holds; 1 = problems')
    .option('--set <name>', 'name or number of the set; otherwise the only one')
    .addOption(
      optionOf('--model <id>', 'picture-text model whose tokens count', shapes.check.model),
    )
    .option('--no-overlap', 'do not look into the texts of the corpus')
    .option(...json)
    .action(
      async (
        corpus: string,
        options: { set?: string; model?: string; overlap: boolean; json: boolean },
      ) => {
        const path = await open(corpus)
        const set = await find(path, options.set)
        const { model, overlap } = options
        const report = await call('prompts.check', {
          corpus: path,
          set: set.id,
          overlap,
          ...(model === undefined ? {} : { model }),
        })
        if (report.problems.length > 0) fail()
        if (options.json) return printJson(report)
        print(summary(set))
        const { tokenizer, measures } = report
        const tokens = measures.flatMap((one) => one.tokens ?? [])
        print(
          tokenizer
            ? `tokens of ${tokenizer.model}: at most ${n(Math.max(0, ...tokens))} of the ${tokenizer.limit} it reads`
            : 'tokens: no picture-text model is installed',
        )
        if (report.corpus) print(`compared with ${n(report.corpus.texts)} texts of the corpus`)
        if (report.problems.length === 0) return print('no problems')
        print(
          table(
            ['group', 'level', 'problem', ''],
            report.problems.map((one) => [
              one.group,
              one.level ?? '',
              one.code,
              detailOf(one, report.corpus?.matches ?? []),
            ]),
          ),
        )
      },
    )
  addPromptBaseCommands(prompts, tools)
}

function formatOf(name: string): PromptFormat {
  const ending = name.toLowerCase().replace(/^.*\./, '')
  const format = { csv: 'csv', jsonl: 'jsonl', ndjson: 'jsonl', yaml: 'yaml', yml: 'yaml' }[ending]
  if (format !== undefined) return format as PromptFormat
  throw new AppError(
    'invalid-input',
    `"${name}" names no format`,
    `Choose --format ${PROMPT_FORMATS.join(', ')}.`,
  )
}

function detailOf(
  problem: PromptProblem,
  matches: readonly { group: string; level: number; pairs: { pair: number }[] }[],
): string {
  switch (problem.code) {
    case 'words-missing':
      return `the level before has: ${problem.words.join(', ')}`
    case 'duplicate':
    case 'near-duplicate':
      return `as ${problem.other.group} ${problem.other.level}`
    case 'cut':
      return `${problem.tokens} tokens, ${problem.limit} are read`
    case 'in-corpus': {
      const held = matches.find(
        ({ group, level }) => group === problem.group && level === problem.level,
      )
      const pairs = (held?.pairs ?? []).slice(0, 3).map(({ pair }) => pair)
      return `${n(problem.exact)} exact, ${n(problem.normalised)} alike, e.g. pair ${pairs.join(', ')}`
    }
    case 'level-missing':
      return problem.levels.join(', ')
    case 'kinds-mixed':
      return problem.kinds.map((kind) => kind || 'no kind').join(', ')
    case 'uneven':
      return `${problem.levels} levels, others have ${problem.usual}`
    case 'nothing-added':
    case 'level-twice':
      return ''
  }
}
