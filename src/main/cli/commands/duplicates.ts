import { mkdtempSync, rmSync } from 'node:fs'
import { createReadStream } from 'node:fs'
import { tmpdir } from 'node:os'
import { createInterface } from 'node:readline'
import { join, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Command } from 'commander'
import { Option } from 'commander'
import type { DuplicateGroup, DuplicateState } from '#shared/contract/duplicates.ts'
import { DuplicatesInput, findDuplicates, leakage } from '#shared/contract/jobs.ts'
import type { LeakageInput } from '#shared/contract/jobs.ts'
import type { OwnText, TextSource } from '#shared/domain.ts'
import { COLOUR_DIFFERS, DUPLICATE_DECISIONS } from '#shared/duplicates.ts'
import type { CopyColours, DuplicateDecision, DuplicateKind } from '#shared/duplicates.ts'
import { AppError } from '#shared/errors.ts'
import { optionOf, whole } from '../options.ts'
import { table } from '../terminal.ts'
import { runJob } from '../tools.ts'
import type { CliTools } from '../tools.ts'
import { readShares } from './export.ts'
import { readTexts } from './versions.ts'
import { json, n, where } from './words.ts'

interface Options {
  kind: DuplicateKind
  threshold?: number
  model?: string
  text: OwnText
  colours: CopyColours
  where?: string
  against?: string
  testWhere?: string
  imageColumn?: string
  textColumn?: string
  split?: [number, number, number]
  splitSeed: number
  splitText: TextSource[]
  tag?: string
  person?: string
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
    .addOption(
      optionOf(
        '--colours <which>',
        'whether copies may differ in colour: any says so, same tells them apart (perceptual)',
        shape.colours,
      ),
    )
    .addOption(optionOf('--text <source>', 'which text (text)', shape.text))
    .option(...where('status:ok width>=256'))
    .option(
      '--against <path>',
      'a corpus, a folder of pictures or a table that names some: what of it stands in this corpus',
    )
    .option('--test-where <query>', 'pairs of --against, or of this corpus, that are the test set')
    .option('--image-column <name>', 'of a table as --against: which one names pictures')
    .option('--text-column <name>', 'of a table as --against: which one holds the text')
    .option(
      '--split <shares>',
      'train, validation and test as an export with this --split deals them: what of one stands in another',
      readShares,
    )
    .option('--split-seed <n>', 'as of that export', whole, 1)
    .option('--split-text <sources>', 'as --text of that export', readTexts, ['alt'])
    .option(
      '--tag <tag>',
      'gives it to the pairs of the training set that have a copy; needs --person',
    )
    .option('--person <name>', 'who gives the tag')
    .option('--found', 'list what was found last, without looking again', false)
    .option('--json', 'one group a line', false)
    .action(async (corpus: string, options: Options) => {
      const path = await tools.open(corpus)
      const { against, testWhere, split } = options
      if (against !== undefined || testWhere !== undefined || split !== undefined) {
        return leaks(tools, path, options)
      }
      if (options.kind !== 'exact' && !options.found) {
        const { kind, threshold, model, text, colours } = options
        const job = await runJob(
          tools,
          findDuplicates,
          { corpus: path, kind, threshold, model, text, colours },
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
  for (const line of lines) told(tools, options, line)
}

function asLine(kind: DuplicateKind, group: DuplicateGroup): object {
  return {
    kind,
    keeper: group.keeper,
    why: group.why.rule,
    members: group.members.map(({ pair, distance, view, colour, decision, mime, bytes }) => ({
      id: pair.id,
      url: pair.imageUrl,
      sha256: pair.sha256,
      ...{ width: pair.width, height: pair.height, mime, bytes, text: pair.text },
      ...{ distance, view, colour, differsInColour: isRecoloured(colour), decision },
    })),
  }
}

function asRow({ keeper, why, members, size }: DuplicateGroup): (string | number)[] {
  const others = members.filter(({ pair }) => pair.id !== keeper)
  const named = others
    .slice(0, NAMED)
    .map(({ pair, view, colour }) =>
      [
        pair.id,
        ...(view && view !== 'whole' ? [view] : []),
        ...(isRecoloured(colour) ? ['in other colours'] : []),
      ].join(' '),
    )
  const more = others.length > NAMED ? ` and ${n(others.length - NAMED)} more` : ''
  return [size, keeper ?? 'none', why.rule, `${named.join(', ')}${more}`]
}

const isRecoloured = (colour: number | null): boolean => (colour ?? 0) > COLOUR_DIFFERS

function describeState({ things, waiting, leftOut, made }: DuplicateState): string[] {
  const left = leftOut.map(({ reason, n: count }) => `${reason} ${n(count)}`).join(', ')
  return [
    `looked at ${n(things - waiting)}${made?.threshold ? ` with threshold ${made.threshold}` : ''}${made?.by ? ` by ${made.by}` : ''}${made?.colours === 'same' ? ', of the same colours' : ''}`,
    ...(left === '' ? [] : [`left out: ${left}`]),
    ...(waiting > 0 ? [`not looked at yet: ${n(waiting)}; run it without --found`] : []),
  ]
}

async function leaks(tools: CliTools, corpus: string, options: Options): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'gleaner-leakage-'))
  try {
    const out = join(folder, 'pairs.jsonl')
    const { kind, threshold, model, text, colours, against, testWhere } = options
    const { imageColumn, textColumn, splitText: splitTexts } = options
    if (options.tag !== undefined && options.person === undefined) {
      throw new AppError('invalid-input', 'Who gives the tag?', 'Say it with --person.')
    }
    const job = await runJob(
      tools,
      leakage,
      {
        ...{ corpus, kind, threshold, model, text, colours, out, testWhere },
        ...{ imageColumn, textColumn, splitTexts, split: sharesOf(options) },
        where: options.where ?? '',
        references: against === undefined ? undefined : resolve(against),
      },
      { quiet: true },
    )
    if (job.state !== 'done') return
    if (options.json) await pipeline(createReadStream(out), process.stdout, { end: false })
    for (const { label, value } of job.result) told(tools, options, `${label}: ${value}`)
    if (options.tag !== undefined) await giveTag(tools, corpus, out, options)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const told = (tools: CliTools, { json: isJson }: Options, line: string): void =>
  isJson ? tools.aside(line) : tools.print(line)

function sharesOf({ split, splitSeed: seed }: Options): LeakageInput['split'] {
  if (!split) return undefined
  const [train, validation, test] = split
  return { train, validation, test, seed }
}

/** Pairs that get a tag at once. */
const TAGGED = 10_000

/** Tags what was found of the training set, so that a filter can leave it out. */
async function giveTag(
  tools: CliTools,
  corpus: string,
  out: string,
  options: Options,
): Promise<void> {
  const { tag = '', person = '' } = options
  const found = new Set<number>()
  for await (const line of createInterface({ input: createReadStream(out) })) {
    for (const id of (JSON.parse(line) as { train: { pairs: number[] } }).train.pairs) found.add(id)
  }
  const ids = [...found].sort((a, b) => a - b)
  for (let from = 0; from < ids.length; from += TAGGED) {
    await tools.call('marks.set', {
      ...{ corpus, person },
      target: { ids: ids.slice(from, from + TAGGED) },
      change: { addTags: [tag], removeTags: [] },
    })
  }
  const without = `-tag:${/\s/.test(tag) ? `"${tag}"` : tag}`
  told(
    tools,
    options,
    `Tagged ${tag}: ${n(ids.length)} pairs; the filter ${without} leaves them out`,
  )
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
