import { mkdtempSync, rmSync } from 'node:fs'
import { createReadStream } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Command } from 'commander'
import { Option } from 'commander'
import type { DuplicateGroup, DuplicateState } from '#shared/contract/duplicates.ts'
import { DuplicatesInput, findDuplicates, leakage } from '#shared/contract/jobs.ts'
import type { OwnText } from '#shared/domain.ts'
import { DUPLICATE_DECISIONS } from '#shared/duplicates.ts'
import type { DuplicateDecision, DuplicateKind } from '#shared/duplicates.ts'
import { optionOf } from '../options.ts'
import { table } from '../terminal.ts'
import { runJob } from '../tools.ts'
import type { CliTools } from '../tools.ts'
import { json, n, where } from './words.ts'

interface Options {
  kind: DuplicateKind
  threshold?: number
  model?: string
  text: OwnText
  where?: string
  against?: string
  testWhere?: string
  found: boolean
  json: boolean
}

/** Groups that are asked for at once. */
const PAGE = 100
/** Members of a group that a table names. */
const NAMED = 5

/** `duplicates`, and what people decide about them. */
export function addDuplicateCommands(program: Command, tools: CliTools): void {
  const { shape } = DuplicatesInput
  program
    .command('duplicates <corpus>')
    .description('groups of pairs whose pictures or texts are the same or nearly the same')
    .addOption(optionOf('--kind <kind>', 'what makes them duplicates', shape.kind))
    .addOption(
      optionOf(
        '--threshold <x>',
        'bits of 64 (perceptual, usually 6), cosine (semantic, 0.95), Jaccard (text, 0.8)',
        shape.threshold,
      ),
    )
    .addOption(optionOf('--model <id>', 'whose embeddings (semantic)', shape.model))
    .addOption(optionOf('--text <source>', 'which text (text)', shape.text))
    .option(...where('status:ok width>=256'))
    .option(
      '--against <path>',
      'a corpus or a folder of pictures: what of it stands in this corpus',
    )
    .option('--test-where <query>', 'pairs of --against, or of this corpus, that are the test set')
    .option('--found', 'list what was found last, without looking again', false)
    .option('--json', 'one group a line', false)
    .action(async (corpus: string, options: Options) => {
      const path = await tools.open(corpus)
      if (options.against !== undefined || options.testWhere !== undefined) {
        return leaks(tools, path, options)
      }
      if (options.kind !== 'exact' && !options.found) {
        const { kind, threshold, model, text } = options
        const job = await runJob(
          tools,
          findDuplicates,
          { corpus: path, kind, threshold, model, text },
          { quiet: true },
        )
        if (job.state !== 'done') return
      }
      return list(tools, path, options)
    })
  addDecideCommands(program, tools)
}

async function list(tools: CliTools, corpus: string, options: Options): Promise<void> {
  const { kind } = options
  const asked = { corpus, kind, where: options.where ?? '', limit: PAGE, members: 1_000_000 }
  const rows: (string | number)[][] = []
  let [offset, total, pairs] = [0, 0, 0]
  do {
    const page = await tools.call('duplicates.groups', { ...asked, offset })
    ;({ total, pairs } = page)
    for (const group of page.groups) {
      if (options.json) await tools.printJson(asLine(kind, group))
      else rows.push(asRow(group))
    }
    offset += PAGE
  } while (offset < total)
  if (!options.json && rows.length > 0) {
    tools.print(table(['pairs', 'keeper', 'why', 'the others'], rows))
  }
  const state = await tools.call('duplicates.state', { corpus })
  const about = state.find((one) => one.kind === kind)
  const lines = [
    `${n(total)} groups of ${n(pairs)} pairs, ${n(pairs - total)} copies beside one of each`,
    ...(about ? describeState(about) : []),
  ]
  for (const line of lines) {
    if (options.json) process.stderr.write(`${line}\n`)
    else tools.print(line)
  }
}

function asLine(kind: DuplicateKind, group: DuplicateGroup): object {
  return {
    kind,
    keeper: group.keeper,
    why: group.why.rule,
    members: group.members.map(({ pair, distance, view, decision, mime, bytes }) => ({
      id: pair.id,
      url: pair.imageUrl,
      sha256: pair.sha256,
      ...{ width: pair.width, height: pair.height, mime, bytes, text: pair.text },
      ...{ distance, view, decision },
    })),
  }
}

function asRow({ keeper, why, members, size }: DuplicateGroup): (string | number)[] {
  const others = members.filter(({ pair }) => pair.id !== keeper)
  const named = others
    .slice(0, NAMED)
    .map(({ pair, view }) => `${pair.id}${view && view !== 'whole' ? ` ${view}` : ''}`)
  const more = others.length > NAMED ? ` and ${n(others.length - NAMED)} more` : ''
  return [size, keeper ?? 'none', why.rule, `${named.join(', ')}${more}`]
}

function describeState({ things, waiting, leftOut, made }: DuplicateState): string[] {
  const left = leftOut.map(({ reason, n: count }) => `${reason} ${n(count)}`).join(', ')
  return [
    `looked at ${n(things - waiting)}${made?.threshold ? ` with threshold ${made.threshold}` : ''}${made?.by ? ` by ${made.by}` : ''}`,
    ...(left === '' ? [] : [`left out: ${left}`]),
    ...(waiting > 0 ? [`not looked at yet: ${n(waiting)}; run it without --found`] : []),
  ]
}

async function leaks(tools: CliTools, corpus: string, options: Options): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'gleaner-leakage-'))
  try {
    const out = join(folder, 'pairs.jsonl')
    const { kind, threshold, model, text, against, testWhere } = options
    const job = await runJob(
      tools,
      leakage,
      {
        ...{ corpus, kind, threshold, model, text, out, testWhere },
        where: options.where ?? '',
        references: against === undefined ? undefined : resolve(against),
      },
      { quiet: true },
    )
    if (job.state !== 'done') return
    if (options.json) await pipeline(createReadStream(out), process.stdout, { end: false })
    for (const { label, value } of job.result) {
      if (options.json) process.stderr.write(`${label}: ${value}\n`)
      else tools.print(`${label}: ${value}`)
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

interface DecideOptions {
  person: string
  kind: DuplicateKind
  as: DuplicateDecision | 'nothing'
}

function addDecideCommands(program: Command, { call, open, print, printJson }: CliTools): void {
  const decide = program
    .command('decide')
    .description('say of duplicates which to keep, to drop or to tell apart')
  const kind = (): Option => optionOf('--kind <kind>', 'in which kind', DuplicatesInput.shape.kind)

  decide
    .command('set <corpus> <pair...>')
    .description('one action, which can be undone')
    .requiredOption('--person <name>', 'who says it')
    .addOption(kind())
    .addOption(
      new Option('--as <decision>', 'what is said of them')
        .choices([...DUPLICATE_DECISIONS, 'nothing'])
        .makeOptionMandatory(),
    )
    .action(async (corpus: string, pairs: string[], options: DecideOptions) => {
      const { pairs: count } = await call('duplicates.decide', {
        ...{ corpus: await open(corpus), person: options.person, kind: options.kind },
        ids: pairs.map(Number),
        decision: options.as === 'nothing' ? null : options.as,
      })
      print(`${n(count)} pairs; gleaner decide undo takes it back`)
    })

  for (const [name, description] of [
    ['undo', 'take back the last decision of a person'],
    ['redo', 'bring back what the last undo took'],
  ] as const) {
    decide
      .command(`${name} <corpus>`)
      .description(description)
      .requiredOption('--person <name>', 'whose decision')
      .action(async (corpus: string, { person }: { person: string }) => {
        const done = await call(`duplicates.${name}`, { corpus: await open(corpus), person })
        print(done === null ? `there is nothing to ${name}` : `${n(done.pairs)} pairs`)
      })
  }

  decide
    .command('summary <corpus>')
    .description('each kind: groups, pairs, what was left out and what people decided')
    .option(...json)
    .action(async (corpus: string, options: { json: boolean }) => {
      const states = await call('duplicates.state', { corpus: await open(corpus) })
      if (options.json) return printJson(states)
      print(
        table(
          ['kind', 'groups', 'pairs', 'copies', 'not looked at', 'keep', 'drop', 'apart'],
          states.map((one) => [
            one.made === null ? `${one.kind} (never looked for)` : one.kind,
            ...[one.groups, one.members, one.copies, one.waiting],
            ...[one.decided.keep, one.decided.drop, one.decided.apart],
          ]),
        ),
      )
    })
}
