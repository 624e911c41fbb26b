import { randomBytes } from 'node:crypto'
import { resolve } from 'node:path'
import { InvalidArgumentError, Option } from 'commander'
import type { Command } from 'commander'
import { generate, GenerateInput } from '#shared/contract/jobs.ts'
import { AppError } from '#shared/errors.ts'
import { optionOf } from '../options.ts'
import { runJob } from '../tools.ts'
import type { CliTools } from '../tools.ts'
import { deviceOption } from './words.ts'

interface Options extends Omit<
  GenerateInput,
  'prompts' | 'file' | 'width' | 'height' | 'start' | 'seed'
> {
  prompt?: string[]
  prompts?: string
  size?: { width: number; height: number }
  image?: string
  seed?: string
}

/** `generate`: pictures of prompts. */
export function addGenerateCommand(program: Command, tools: CliTools): void {
  const { negative, scheduler, steps, guidance, eta, count, seed, strength, out } =
    GenerateInput.shape
  program
    .command('generate <corpus>')
    .description('make pictures of prompts into a folder; - as corpus keeps nothing else of them')
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
    .addOption(optionOf('--out <folder>', 'gets the pictures and run.json', out))
    .action(async (corpus: string, options: Options) => {
      if (corpus !== '-') {
        throw new AppError(
          'unsupported',
          'Pictures cannot be kept in a corpus as they are made yet',
          'Give - as corpus; gleaner study images takes the folder in, as each picture says how it was made.',
        )
      }
      const { prompt, prompts, size, image, seed: said, latents, noise, out: to, ...rest } = options
      const file = (path: string | undefined, name: string) =>
        path === undefined ? {} : { [name]: resolve(path) }
      await runJob(tools, generate, {
        ...rest,
        ...size,
        prompts: prompt ?? [],
        ...file(prompts, 'file'),
        ...file(latents, 'latents'),
        ...file(noise, 'noise'),
        ...file(image, 'start'),
        seed: said ?? String(randomBytes(4).readUInt32LE()),
        out: resolve(to),
      })
    })
}

function readSize(text: string): { width: number; height: number } {
  const match = /^(\d{1,5})\s*[x×]\s*(\d{1,5})$/i.exec(text.trim())
  if (match) return { width: Number(match[1]), height: Number(match[2]) }
  throw new InvalidArgumentError('Width and height in pixels, such as 512x512.')
}
