import { randomBytes } from 'node:crypto'
import { basename, resolve } from 'node:path'
import { InvalidArgumentError, Option } from 'commander'
import type { Command } from 'commander'
import {
  generate,
  GenerateInput,
  studyGenerate,
  StudyGenerateInput,
} from '#shared/contract/jobs.ts'
import { AppError } from '#shared/errors.ts'
import { optionOf } from '../options.ts'
import { runJob } from '../tools.ts'
import type { CliTools } from '../tools.ts'
import { deviceOption } from './words.ts'

interface Options extends Omit<
  GenerateInput,
  'prompts' | 'file' | 'width' | 'height' | 'start' | 'seed' | 'out'
> {
  prompt?: string[]
  prompts?: string
  size?: { width: number; height: number }
  image?: string
  seed?: string
  study?: string
  as?: string
  out?: string
}

/** `generate`: pictures of prompts. */
export function addGenerateCommand(program: Command, tools: CliTools): void {
  const { negative, scheduler, steps, guidance, eta, count, seed, strength } = GenerateInput.shape
  program
    .command('generate <corpus>')
    .description(
      'make pictures of prompts: of those of a study into it, or with - as corpus into a folder',
    )
    .option('--model <model>', 'id or folder; default: the only one that makes pictures')
    .addOption(
      new Option(
        '--prompt <text>',
        'what to make a picture of; may be given several times',
      ).argParser((text: string, before: string[] | undefined) => [...(before ?? []), text]),
    )
    .option('--prompts <file>', 'a text file with a prompt a line')
    .addOption(optionOf('--negative <text>', 'what to keep away from', negative))
    .addOption(optionOf('--scheduler <name>', "default: the model's own", scheduler))
    .addOption(optionOf('--steps <n>', 'default: 4 of LCM, else 30', steps))
    .addOption(
      optionOf(
        '--guidance <x>',
        'up to 1 there is none; default: 8.5 of LCM, 5 of XL, else 7.5',
        guidance,
      ),
    )
    .addOption(optionOf('--eta <x>', 'of ddim: noise that is drawn anew', eta))
    .addOption(
      new Option('--size <WxH>', 'in pixels; default: what the model was made for').argParser(
        readSize,
      ),
    )
    .addOption(optionOf('--count <k>', 'pictures of each prompt', count))
    .addOption(
      optionOf('--seed <n>', 'of the first picture; default: drawn', seed).default(undefined),
    )
    .option('--latents <file>', '.npy of the numbers that a picture begins with, a row each')
    .option('--noise <file>', '.npy of the noise of the steps, a row each')
    .option('--image <file>', 'a picture to begin with')
    .addOption(optionOf('--strength <x>', 'how much of it is made anew', strength))
    .addOption(deviceOption())
    .option('--out <folder>', 'with -: gets the pictures and run.json')
    .option('--study <name>', 'of the corpus: whose prompts are taken and which gets the pictures')
    .addOption(
      optionOf(
        '--as <name>',
        "what the model is called in the study; default: the model's own name",
        StudyGenerateInput.shape.model.optional(),
      ),
    )
    .action(async (corpus: string, options: Options) => {
      if (corpus === '-') await intoFolder(tools, options)
      else await intoStudy(tools, corpus, options)
    })
}

/** What both ways are told. */
function makerOf({ size, image, latents, noise, ...rest }: Options) {
  const { prompt, prompts, model, seed, study, as, out, ...maker } = rest
  const file = (path: string | undefined, name: string) =>
    path === undefined ? {} : { [name]: resolve(path) }
  return {
    given: { prompt, prompts, model, seed, study, as, out },
    maker: {
      ...maker,
      ...size,
      ...file(latents, 'latents'),
      ...file(noise, 'noise'),
      ...file(image, 'start'),
    },
  }
}

async function intoFolder(tools: CliTools, options: Options): Promise<void> {
  const { given, maker } = makerOf(options)
  const { prompt, prompts, model, seed, out } = given
  refuse(given, ['study', 'as'], 'belongs to a study of a corpus', 'Give a corpus in place of -.')
  if (out === undefined) {
    throw new AppError('invalid-input', 'No folder for the pictures', 'Name one with --out.')
  }
  await runJob(tools, generate, {
    ...maker,
    ...(model === undefined ? {} : { model }),
    prompts: prompt ?? [],
    ...(prompts === undefined ? {} : { file: resolve(prompts) }),
    seed: seed ?? String(randomBytes(4).readUInt32LE()),
    out: resolve(out),
  })
}

async function intoStudy(tools: CliTools, corpus: string, options: Options): Promise<void> {
  const { given, maker } = makerOf(options)
  const { model, seed, study, as } = given
  if (study === undefined) {
    throw new AppError(
      'invalid-input',
      'Which study of the corpus gets the pictures is not said',
      'Name it with --study (gleaner study new makes one), or give - as corpus and a folder with --out.',
    )
  }
  refuse(
    given,
    ['prompt', 'prompts', 'out'],
    'has no place here: a study has its own prompts and keeps the pictures',
    'Leave it out, or give - as corpus.',
  )
  await runJob(tools, studyGenerate, {
    ...maker,
    corpus: await tools.open(corpus),
    study,
    model: as ?? basename(model ?? 'model'),
    ...(model === undefined ? {} : { generator: model }),
    // The same for every model: they begin with the same noise.
    seed: seed ?? '0',
  })
}

/** @throws AppError `invalid-input` where one of them was given */
function refuse<T extends object>(
  given: T,
  names: readonly (keyof T & string)[],
  why: string,
  hint: string,
): void {
  const name = names.find((one) => given[one] !== undefined)
  if (name !== undefined) throw new AppError('invalid-input', `--${name} ${why}`, hint)
}

function readSize(text: string): { width: number; height: number } {
  const match = /^(\d{1,5})\s*[x×]\s*(\d{1,5})$/i.exec(text.trim())
  if (match) return { width: Number(match[1]), height: Number(match[2]) }
  throw new InvalidArgumentError('Width and height in pixels, such as 512x512.')
}
