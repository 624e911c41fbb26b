import { resolve } from 'node:path'
import { InvalidArgumentError } from 'commander'
import type { Command } from 'commander'
import { Mark, MARKS, normalTag } from '#shared/marks.ts'
import { table } from '../terminal.ts'
import type { CliTools } from '../tools.ts'
import { printMerged } from './merged.ts'
import { describeMarks } from './stats.ts'
import { json, n, where } from './words.ts'

interface SetOptions {
  person: string
  where?: string
  mark?: Mark | null
  tag: string[]
  untag: string[]
  note?: string
}

/** `marks ...` */
export function addMarkCommands(program: Command, tools: CliTools): void {
  const { call, open, print, printJson } = tools
  const marks = program
    .command('marks')
    .description('what people marked: keep, reject, unsure, tags, notes')

  marks
    .command('set <corpus>')
    .description('mark all pairs that match, as one action that can be undone')
    .requiredOption('--person <name>', 'who says it')
    .option(...where('mark:none width<64'))
    .option('--mark <mark>', `${MARKS.join(', ')} or none`, readMark)
    .option('--tag <tag>', 'gives a tag; may be repeated', addTag, [])
    .option('--untag <tag>', 'takes a tag; may be repeated', addTag, [])
    .option('--note <text>', 'writes a note; empty = none')
    .action(async (corpus: string, options: SetOptions) => {
      const { pairs } = await call('marks.set', {
        corpus: await open(corpus),
        person: options.person,
        target: { where: options.where ?? '' },
        change: {
          ...(options.mark === undefined ? {} : { mark: options.mark }),
          addTags: options.tag,
          removeTags: options.untag,
          ...(options.note === undefined ? {} : { note: options.note }),
        },
      })
      print(`${n(pairs)} pairs; gleaner marks undo takes it back`)
    })

  for (const [name, description] of [
    ['undo', 'take back the last action of a person'],
    ['redo', 'bring back what the last undo took'],
  ] as const) {
    marks
      .command(`${name} <corpus>`)
      .description(description)
      .requiredOption('--person <name>', 'whose action')
      .action(async (corpus: string, { person }: { person: string }) => {
        const done = await call(`marks.${name}`, { corpus: await open(corpus), person })
        print(done === null ? `there is nothing to ${name}` : `${n(done.pairs)} pairs`)
      })
  }

  marks
    .command('summary <corpus>')
    .description('pairs by mark and tag, and who marked them')
    .option(...json)
    .action(async (corpus: string, options: { json: boolean }) => {
      const found = await call('marks.summary', { corpus: await open(corpus) })
      if (options.json) return printJson(found)
      for (const line of describeMarks(found)) print(line)
      print(
        table(
          ['person', 'keep', 'reject', 'unsure', 'tagged', 'notes'],
          found.people.map((one) => [
            one.name,
            n(one.keep),
            n(one.reject),
            n(one.unsure),
            n(one.tagged),
            n(one.noted),
          ]),
        ),
      )
    })

  marks
    .command('export <corpus> <file>')
    .description('write all events as JSON Lines, to be merged on another machine')
    .action(async (corpus: string, file: string) => {
      const path = await open(corpus)
      const { events, pairs } = await call('marks.export', { corpus: path, out: resolve(file) })
      print(`${n(events)} events of ${n(pairs)} pairs in ${resolve(file)}`)
    })

  marks
    .command('merge <corpus> <file...>')
    .description('take in events of other machines')
    .option(...json)
    .action(async (corpus: string, files: string[], options: { json: boolean }) => {
      const path = await open(corpus)
      const merged = await call('marks.merge', {
        corpus: path,
        files: files.map((file) => resolve(file)),
      })
      return printMerged(
        tools,
        merged,
        'events',
        options.json,
        `, of ${n(merged.pairs)} pairs more`,
      )
    })
}

function readMark(text: string): Mark | null {
  if (text === 'none') return null
  const { data } = Mark.safeParse(text)
  if (data) return data
  throw new InvalidArgumentError(`${MARKS.join(', ')} or none.`)
}

function addTag(text: string, earlier: string[]): string[] {
  const tag = normalTag(text)
  if (tag === '') throw new InvalidArgumentError('a tag needs a letter.')
  return [...earlier, tag]
}
