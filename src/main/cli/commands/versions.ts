import { resolve } from 'node:path'
import { InvalidArgumentError } from 'commander'
import type { Command } from 'commander'
import type { VersionDiff, VersionInfo } from '#shared/contract/index.ts'
import { version, VersionInput, versionVerify, VersionVerifyInput } from '#shared/contract/jobs.ts'
import { DiffReason, DiffSide } from '#shared/contract/versions.ts'
import { TEXT_SOURCES } from '#shared/domain.ts'
import type { TextSource } from '#shared/domain.ts'
import { optionOf, whole } from '../options.ts'
import { runJob } from '../tools.ts'
import type { CliTools } from '../tools.ts'
import { clip, json, n, where } from './words.ts'

/** Texts in the order in which they are tried, with commas. */
export function readTexts(text: string): TextSource[] {
  const texts = text.split(',').map((one) => one.trim())
  const isKnown = (one: string): one is TextSource => TEXT_SOURCES.includes(one as TextSource)
  if (texts.every(isKnown) && new Set(texts).size === texts.length) return texts
  throw new InvalidArgumentError(`Some of ${TEXT_SOURCES.join(',')}, each once.`)
}

type CreateOptions = Omit<VersionInput, 'corpus' | 'name' | 'texts' | 'where'> & {
  text: TextSource[]
  where?: string
}

/** `version`: lists of pairs that can be cited. */
export function addVersionCommands(program: Command, tools: CliTools): void {
  const { call, open, print, printJson } = tools
  const group = program
    .command('version')
    .description('frozen lists of pairs that can be cited, compared and verified')

  const { note, model, cutoff, sample, seed, texts } = VersionInput.shape
  group
    .command('create <corpus> <name>')
    .description('freeze what a filter and a cutoff give, under a name and a content hash')
    .option(...where('status:ok width>=256'))
    .addOption(
      optionOf(
        '--text <sources>',
        'which words are the caption; several, with commas, in the order in which they are tried',
        texts,
        readTexts,
      ),
    )
    .addOption(optionOf('--model <id>', 'whose scores go along, and are cut', model))
    .addOption(optionOf('--cutoff <cosine>', 'least cosine for the first of the texts', cutoff))
    .option('--one-per-picture', 'of pairs with one picture the best scored', false)
    .addOption(optionOf('--sample <n>', 'draw so many pairs', sample))
    .addOption(optionOf('--seed <n>', 'of the draw', seed))
    .addOption(optionOf('--note <text>', 'what it is for', note))
    .action(async (corpus: string, name: string, { text, ...options }: CreateOptions) => {
      await runJob(tools, version, {
        ...options,
        corpus: await open(corpus),
        name,
        texts: text,
      })
    })

  group
    .command('list <corpus>')
    .description('the versions of a corpus, newest first')
    .option(...json)
    .action(async (corpus: string, options: { json: boolean }) => {
      const all = await call('versions.list', { corpus: await open(corpus) })
      if (options.json) return printJson(all)
      if (all.length === 0) print('no version yet: gleaner version create CORPUS NAME')
      for (const one of all) {
        print(`${one.name}  ${one.hash.slice(0, 16)}  ${n(one.pairs)} pairs  ${one.createdAt}`)
      }
    })

  group
    .command('show <corpus> <name>')
    .description('recipe, counts and hash of a version')
    .option(...json)
    .action(async (corpus: string, name: string, options: { json: boolean }) => {
      const info = await call('versions.get', { corpus: await open(corpus), name })
      if (options.json) return printJson(info)
      print(describeVersion(info))
    })

  group
    .command('diff <corpus> <a> [b]')
    .description('what came, went and changed from one version to another (or to now), and why')
    .option('--side <side>', `only ${DiffSide.options.join(', ')}`, oneOf(DiffSide.options))
    .option('--reason <reason>', 'only pairs with this reason', oneOf(DiffReason.options))
    .option('--limit <n>', 'pairs that are listed', whole, 20)
    .option(
      '--bound <cosine>',
      'fail unless every pair that crossed a cutoff was within this of it',
      bound,
    )
    .option(...json)
    .action(
      async (
        corpus: string,
        a: string,
        b: string | undefined,
        options: {
          side?: DiffSide
          reason?: DiffReason
          limit: number
          bound?: number
          json: boolean
        },
      ) => {
        const diff = await call('versions.diff', {
          corpus: await open(corpus),
          a,
          b: b ?? 'now',
          side: options.side,
          reason: options.reason,
          limit: options.limit,
        })
        const isWithin =
          options.bound === undefined || diff.crossing.largestDistance <= options.bound
        if (!isWithin) tools.fail()
        if (options.json) return printJson(diff)
        print(describeDiff(diff))
        if (options.bound !== undefined) {
          print(
            isWithin
              ? `Every pair that crossed was within ${options.bound} of its cutoff.`
              : `A pair that crossed was ${diff.crossing.largestDistance} from its cutoff: more than ${options.bound}.`,
          )
        }
      },
    )

  group
    .command('verify <corpus-or-export> [name]')
    .description(
      'work the content hash out again: of a version of a corpus, or of the folder of an export',
    )
    .addOption(
      optionOf('--hash <hash>', 'that was cited; for an export', VersionVerifyInput.shape.hash),
    )
    .option(...json)
    .action(
      async (
        place: string,
        name: string | undefined,
        options: { hash?: string; json: boolean },
      ) => {
        if (name === undefined) {
          const job = await runJob(
            tools,
            versionVerify,
            { path: resolve(place), hash: options.hash },
            { quiet: options.json },
          )
          if (options.json) return printJson(job.result)
          return
        }
        const found = await call('versions.check', { corpus: await open(place), name })
        if (found.found !== found.stated) tools.fail()
        if (options.json) return printJson(found)
        print(
          found.found === found.stated
            ? `${found.name}: ${n(found.pairs)} pairs and the recipe give the hash ${found.stated}`
            : `${found.name} is not what it was: it states ${found.stated}, and its recipe and ${n(found.pairs)} pairs give ${found.found}`,
        )
      },
    )
}

function oneOf<T extends string>(options: readonly T[]): (text: string) => T {
  return (text) => {
    const found = options.find((one) => one === text)
    if (found === undefined) throw new InvalidArgumentError(`One of ${options.join(', ')}.`)
    return found
  }
}

function bound(text: string): number {
  const value = Number(text)
  if (text.trim() !== '' && value >= 0 && value <= 2) return value
  throw new InvalidArgumentError('A number from 0 to 2.')
}

function describeVersion(info: VersionInfo): string {
  const { recipe, counts } = info
  const model = recipe.models.find(({ digest }) => digest === recipe.scores)
  const rows: [string, string][] = [
    ['Version', info.name],
    ['Content hash', info.hash],
    ['Made', `${info.createdAt}, Gleaner ${recipe.software}`],
    ...(info.note === '' ? [] : [['Note', info.note] as [string, string]]),
    ['Pairs', `${n(info.pairs)} of ${n(counts.matched)} that pass`],
    ...Object.entries(counts.leftOut).map(([reason, left]): [string, string] => [
      `Left out: ${reason}`,
      n(left),
    ]),
    ['Filter', recipe.filter === '' ? 'every pair' : recipe.filter],
    ['Cutoff', recipe.cutoff ? `${recipe.cutoff.text} >= ${recipe.cutoff.cosine}` : 'none'],
    ['Texts', recipe.texts.join(', else ')],
    ['Scores', model ? `${model.id} (${model.digest})` : 'none'],
    ['Pictures', `${n(counts.pictures)}, ${n(counts.held)} pairs with their bytes`],
    ['Hosts', n(counts.hosts)],
    ...(counts.cosine
      ? [
          [
            'Cosines',
            `${n(counts.scored)} from ${counts.cosine.min.toFixed(4)} to ${counts.cosine.max.toFixed(4)}, mean ${counts.cosine.mean.toFixed(4)}, median ${counts.cosine.median.toFixed(4)}`,
          ] as [string, string],
        ]
      : []),
  ]
  return rows.map(([name, value]) => `${name}: ${value}`).join('\n')
}

function describeDiff(diff: VersionDiff): string {
  const cosine = (value: number | null | undefined): string =>
    value === null || value === undefined ? '-' : value.toFixed(4)
  const lines = [
    `${diff.a.name} (${n(diff.a.pairs)} pairs) to ${diff.b.name} (${n(diff.b.pairs)} pairs)`,
    `${n(diff.same)} the same, ${n(diff.changed)} changed, ${n(diff.went)} went, ${n(diff.came)} came`,
    ...diff.recipe.map(({ field, a, b }) => `recipe ${field}: ${a} -> ${b}`),
    ...diff.reasons.map(
      ({ side, reason, term, n: count }) =>
        `  ${side}: ${n(count)} by ${reason}${term === '' ? '' : ` (${term})`}`,
    ),
  ]
  if (diff.crossing.n > 0) {
    lines.push(
      `${n(diff.crossing.n)} crossed a cutoff by another score: scores differ by ${cosine(diff.crossing.largestDifference)} at most, and are ${cosine(diff.crossing.largestDistance)} from their cutoff at most`,
    )
  }
  for (const pair of diff.pairs) {
    const from = pair.a ? pair.a.cosine : pair.other
    const to = pair.b ? pair.b.cosine : pair.other
    lines.push(
      `${pair.side}  ${pair.id}  ${pair.reason}  ${cosine(from)} -> ${cosine(to)}  ${clip((pair.b ?? pair.a)?.text ?? '')}`,
    )
  }
  if (diff.total > diff.pairs.length) {
    lines.push(`and ${n(diff.total - diff.pairs.length)} more (--limit)`)
  }
  return lines.join('\n')
}
