import { existsSync, readFileSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { userInfo } from 'node:os'
import type { Command } from 'commander'
import { parse as parseYaml } from 'yaml'
import { z } from 'zod'
import { studyImages, studyOpen, studyPackage } from '#shared/contract/jobs.ts'
import type { Study } from '#shared/contract/studies.ts'
import { AppError, systemMessage } from '#shared/errors.ts'
import { Aspect, DesignChange, StudyDesign } from '#shared/studies/design.ts'
import { optionOf } from '../options.ts'
import { table } from '../terminal.ts'
import { runJob, type CliTools } from '../tools.ts'
import { printMerged } from './merged.ts'
import { addStudyReportCommands } from './study-report.ts'
import { json, n } from './words.ts'

/** `study ...` */
export function addStudyCommands(program: Command, tools: CliTools): void {
  const { call, open, print, printJson } = tools
  const study = program
    .command('study')
    .description('rate the pictures of generating models, blind')

  /** Opens a corpus, made where there is none: a study needs no pairs. */
  async function openOrMake(corpus: string): Promise<string> {
    const path = resolve(corpus)
    if (!existsSync(path)) await call('corpora.create', { path })
    return open(corpus)
  }

  study
    .command('new <corpus> <name>')
    .description('make a study of prompts and the pictures that models made of them')
    .requiredOption('--prompts <file|set>', 'CSV, JSON Lines or YAML; or the name of a prompt set')
    .option(
      '--images <model=folder|file...>',
      'pictures of a model: a folder, or a manifest (CSV, JSON Lines)',
    )
    .option('--pattern <pattern>', 'how names say the prompt, e.g. "{group}_{level}_{seed}.png"')
    .option('--aspects <file>', 'JSON or YAML: a list of aspects, or a whole design')
    .option('--compare', 'side by side as well', false)
    .option('--no-rate', 'no ratings of single pictures')
    .addOption(optionOf('--seed <n>', 'of every draw', StudyDesign.shape.seed))
    .option(...json)
    .action(
      async (
        corpus: string,
        name: string,
        options: {
          prompts: string
          images?: string[]
          pattern?: string
          aspects?: string
          compare: boolean
          rate: boolean
          seed: number
          json: boolean
        },
        command: Command,
      ) => {
        const models = (options.images ?? []).map(readModel)
        const lost = models.find(({ source }) => !existsSync(source))
        if (lost) {
          throw new AppError(
            'not-found',
            `The study was not made: there is nothing at ${lost.source}.`,
            'Give an existing folder of pictures, or a manifest (CSV, JSON Lines).',
          )
        }
        const design = options.aspects === undefined ? {} : readDesign(options.aspects)
        // What the file says holds unless the command line says otherwise.
        const isSaid = (name: string): boolean => command.getOptionValueSource(name) === 'cli'
        requirePrompts(options.prompts)
        const path = await openOrMake(corpus)
        await call('studies.create', {
          corpus: path,
          study: name,
          prompts: existsSync(options.prompts)
            ? { file: resolve(options.prompts) }
            : { set: options.prompts },
          design: {
            ...design,
            ...(isSaid('seed') ? { seed: options.seed } : {}),
            ...(isSaid('rate') ? { rate: options.rate } : {}),
            ...(isSaid('compare') ? { compare: options.compare } : {}),
          },
        })
        for (const { model, source } of models) {
          await runJob(tools, studyImages, {
            corpus: path,
            study: name,
            model,
            source,
            pattern: options.pattern ?? null,
          })
        }
        await show(path, name, options.json)
      },
    )

  study
    .command('images <corpus> <name> <model=folder|file...>')
    .description('take in the pictures of one more model')
    .option('--pattern <pattern>', 'how names say the prompt')
    .option('--version <version>', "the model's", undefined)
    .action(
      async (
        corpus: string,
        name: string,
        given: string[],
        options: { pattern?: string; version?: string },
      ) => {
        const path = await open(corpus)
        for (const { model, source } of given.map(readModel)) {
          await runJob(tools, studyImages, {
            corpus: path,
            study: name,
            model,
            source,
            version: options.version ?? null,
            pattern: options.pattern ?? null,
          })
        }
      },
    )

  study
    .command('list <corpus> [name]')
    .description('what there is; with a name, all of one study')
    .option(...json)
    .action(async (corpus: string, name: string | undefined, options: { json: boolean }) => {
      const path = await open(corpus)
      if (name !== undefined) return show(path, name, options.json)
      const found = await call('studies.list', { corpus: path })
      if (options.json) return printJson(found)
      print(
        table(
          ['study', 'state', 'prompts', 'models', 'pictures', 'raters', 'ratings', 'made'],
          found.map((one) => [
            one.name,
            one.role === 'rater' ? `${one.state}, rater's copy` : one.state,
            n(one.prompts),
            n(one.models),
            n(one.images),
            n(one.raters),
            n(one.ratings),
            one.createdAt.slice(0, 10),
          ]),
        ),
      )
    })

  study
    .command('problems <corpus> <name>')
    .description('pictures that are missing, files that were not taken, doubles, known prompts')
    .option(...json)
    .action(async (corpus: string, name: string, options: { json: boolean }) => {
      const found = await call('studies.problems', {
        corpus: await open(corpus),
        study: name,
        overlap: true,
      })
      if (options.json) return printJson(found)
      for (const { model, prompt } of found.missing) {
        print(`missing: ${model}, ${prompt.group} level ${prompt.level}`)
      }
      for (const { model, file, reason, detail } of found.leftOut) {
        print(`left out: ${model}, ${file}: ${reason}${detail === null ? '' : ` (${detail})`}`)
      }
      for (const { files } of found.doubles) print(`the same picture: ${files.join(', ')}`)
      for (const { kind, prompt, pairs } of found.leaks) {
        print(`in the corpus: ${kind} of ${prompt.group} level ${prompt.level}, ${n(pairs)} pairs`)
      }
    })

  study
    .command('freeze <corpus> <name>')
    .description('fix prompts, pictures and design by a hash; from now on it can be rated')
    .option(...json)
    .action(async (corpus: string, name: string, options: { json: boolean }) => {
      const path = await open(corpus)
      await call('studies.freeze', { corpus: path, study: name })
      await show(path, name, options.json)
    })

  study
    .command('unblind <corpus> <name>')
    .description('say which model made which picture, once and for all; it is logged')
    .option('--by <name>', 'who does it', userInfo().username)
    .option('--why <words>', 'why', '')
    .option(...json)
    .action(
      async (corpus: string, name: string, options: { by: string; why: string; json: boolean }) => {
        const path = await open(corpus)
        const { by, why } = options
        await call('studies.unblind', { corpus: path, study: name, by, why })
        await show(path, name, options.json)
      },
    )

  study
    .command('package <corpus> <name> <file>')
    .description("write a rater's package (.zip): pictures without names, instructions")
    .action(async (corpus: string, name: string, file: string) => {
      await runJob(tools, studyPackage, {
        corpus: await open(corpus),
        study: name,
        out: resolve(file),
      })
    })

  study
    .command('open <corpus> <file>')
    .description("put a rater's package into a corpus, made where there is none, to rate it here")
    .action(async (corpus: string, file: string) => {
      await runJob(tools, studyOpen, { corpus: await openOrMake(corpus), package: resolve(file) })
    })

  study
    .command('raters <corpus> <name>')
    .description('what each rater did, and how well it agrees with itself')
    .option(...json)
    .action(async (corpus: string, name: string, options: { json: boolean }) => {
      const found = await call('ratings.raters', { corpus: await open(corpus), study: name })
      if (options.json) return printJson(found)
      print(
        table(
          ['rater', 'tasks', 'of', 'checks', 'repeats same', 'within 1', 's a task', 'hasty'],
          found.map((one) => [
            one.rater,
            n(one.tasks),
            n(one.of),
            `${one.checks.passed}/${one.checks.of}`,
            `${one.repeats.same}/${one.repeats.of}`,
            `${one.repeats.near}/${one.repeats.of}`,
            one.seconds === null ? '' : one.seconds.toFixed(1),
            n(one.hasty),
          ]),
        ),
      )
    })

  study
    .command('ratings <corpus> <name> <export|merge> <file...>')
    .description(
      'export: what counts as .csv, every event as .jsonl; merge: take in what others rated',
    )
    .option(...json)
    .action(
      async (
        corpus: string,
        name: string,
        what: string,
        files: string[],
        options: { json: boolean },
      ) => {
        const path = await open(corpus)
        if (what === 'export') {
          if (files.length > 1) {
            throw new AppError(
              'invalid-input',
              'An export is one file.',
              'Name one: .csv or .jsonl.',
            )
          }
          const saved = await call('ratings.export', {
            corpus: path,
            study: name,
            out: resolve(files[0] as string),
          })
          if (options.json) return printJson(saved)
          return print(`${n(saved.rows)} rows in ${saved.path}`)
        }
        if (what !== 'merge') {
          throw new AppError(
            'invalid-input',
            `"${what}" is nothing that can be done with ratings.`,
            'Say export or merge.',
          )
        }
        const merged = await call('ratings.merge', {
          corpus: path,
          study: name,
          files: files.map((file) => resolve(file)),
        })
        return printMerged(tools, merged, 'answers', options.json)
      },
    )

  addStudyReportCommands(study, tools)

  async function show(corpus: string, name: string, asJson: boolean): Promise<void> {
    const found = await call('studies.get', { corpus, study: name })
    if (asJson) return printJson(found)
    print(describe(found))
  }
}

function describe(study: Study): string {
  const lines = [
    `${study.name}: ${study.state}${study.role === 'rater' ? ", rater's copy" : ''}`,
    `  prompts: ${n(study.prompts)} in ${n(study.groups)} groups, from ${study.promptsFrom}`,
    ...study.byModel.map(
      ({ name, version, images }) =>
        `  ${name}${version === null ? '' : ` (${version})`}: ${images === null ? 'not told while blind' : `${n(images)} pictures`}`,
    ),
    `  missing pictures: ${n(study.missing)}, files left out: ${n(study.leftOut)}`,
    `  also in the corpus: ${n(study.leaks.pictures)} pictures (prompts: gleaner study problems)`,
  ]
  if (study.hash !== null) {
    const { rate, compare, repeats, checks, practice } = study.tasks
    lines.push(
      `  hash: ${study.hash}`,
      `  a rater's tasks: ${n(rate)} pictures, ${n(compare)} comparisons, ${n(repeats)} repeats, ${n(checks)} checks, ${n(practice)} for practice`,
      `  rated: ${n(study.ratings)} answers of ${n(study.raters)} raters`,
    )
  }
  return [...lines, ...study.log.map(({ at, what, detail }) => `  ${at} ${what}: ${detail}`)].join(
    '\n',
  )
}

/** A name that can only be a file's is no prompt set. @throws AppError `not-found` */
function requirePrompts(given: string): void {
  if (existsSync(given) || !/[\\/]|\.(csv|tsv|txt|jsonl|ndjson|json|ya?ml)$/i.test(given)) return
  throw new AppError('not-found', `There is no file of prompts ${given}.`, 'Check the path.')
}

/** `MODEL=FOLDER` or `MODEL=FILE`. */
function readModel(text: string): { model: string; source: string } {
  const at = text.indexOf('=')
  if (at <= 0 || at === text.length - 1) {
    throw new AppError(
      'invalid-input',
      `"${text}" does not say which model and where its pictures are.`,
      'Write MODEL=FOLDER, or MODEL=FILE for a manifest.',
    )
  }
  return { model: text.slice(0, at).trim(), source: resolve(text.slice(at + 1)) }
}

/** A list of aspects, or a design, in JSON or YAML. */
function readDesign(file: string): DesignChange {
  const path = resolve(file)
  let value: unknown
  try {
    // JSON is YAML.
    value = parseYaml(readFileSync(path, 'utf8'), { maxAliasCount: 0 })
  } catch (error) {
    throw new AppError(
      'invalid-input',
      `${basename(path)} cannot be read as JSON or YAML.`,
      'See docs/studies.md, "The design".',
      {
        details: systemMessage(error),
      },
    )
  }
  // By its shape, so that what is wrong is said of the one that was meant.
  const read = Array.isArray(value) ? z.array(Aspect).min(1).max(12) : DesignChange.strict()
  const { data, error } = read.safeParse(value)
  if (!data) {
    throw new AppError(
      'invalid-input',
      `${basename(path)} holds no aspects and no design: ${z.prettifyError(error)}`,
      'See docs/studies.md.',
    )
  }
  return Array.isArray(data) ? { aspects: data } : data
}
