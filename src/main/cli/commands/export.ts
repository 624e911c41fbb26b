import { resolve as resolvePath } from 'node:path'
import { InvalidArgumentError } from 'commander'
import type { Command } from 'commander'
import { ExportInput, exportPairs } from '#shared/contract/jobs.ts'
import type { TextSource } from '#shared/domain.ts'
import { optionOf, whole } from '../options.ts'
import { runJob } from '../tools.ts'
import type { CliTools } from '../tools.ts'
import { readTexts } from './versions.ts'
import { where } from './words.ts'

/** `longest:512`, `crop:256`, `none`. */
function readResize(text: string): Pick<ExportInput, 'resize' | 'size'> {
  if (text === 'none') return { resize: 'none', size: 512 }
  const [, resize, side] = /^(longest|crop):(\d+)$/.exec(text) ?? []
  const size = ExportInput.shape.size.safeParse(Number(side))
  if (resize !== undefined && size.success) {
    return { resize: resize as 'longest' | 'crop', size: size.data }
  }
  throw new InvalidArgumentError('none, longest:PIXELS or crop:PIXELS, from 16 to 8192.')
}

/** `0.8,0.1,0.1` */
export function readShares(text: string): [number, number, number] {
  const shares = text.split(',').map(Number)
  const isWhole = Math.abs(shares.reduce((a, b) => a + b, 0) - 1) < 1e-6
  if (shares.length === 3 && isWhole && shares.every((one) => one >= 0)) {
    return shares as [number, number, number]
  }
  throw new InvalidArgumentError('Three shares that sum to 1, e.g. 0.8,0.1,0.1.')
}

type Options = Pick<
  ExportInput,
  'format' | 'out' | 'onePerPicture' | 'pictures' | 'quality' | 'version' | 'shardSize'
> & {
  text: TextSource[]
  where?: string
  resize?: Pick<ExportInput, 'resize' | 'size'>
  split?: [number, number, number]
  splitSeed: number
}

export function addExportCommand(program: Command, tools: CliTools): void {
  const { format, out, version, shardSize, pictures, quality } = ExportInput.shape
  program
    .command('export <corpus>')
    .description('write a dataset')
    .addOption(optionOf('--format <format>', 'form of the dataset', format))
    .addOption(optionOf('--out <dir>', 'folder to make', out))
    .addOption(
      optionOf(
        '--text <sources>',
        'which words become the caption; several, with commas, in the order in which they are tried',
        ExportInput.shape.fallback,
        readTexts,
      ).default(['alt'], 'alt'),
    )
    .option(...where('score>=0.28 width>=256'))
    .addOption(
      optionOf(
        '--version <name>',
        'the pairs of a version, exactly, with what verifies it',
        version,
      ),
    )
    .option('--one-per-picture', 'of pairs with one picture the best scored', false)
    .addOption(optionOf('--shard-size <n>', 'samples a shard, a file or a folder', shardSize))
    .option(
      '--resize <how>',
      'none, longest:PIXELS or crop:PIXELS (the square in the middle)',
      readResize,
    )
    .addOption(optionOf('--pictures <format>', 'how pictures are encoded', pictures))
    .addOption(optionOf('--quality <n>', 'of JPEG and WebP that are encoded anew', quality))
    .option(
      '--split <shares>',
      'train, validation and test by site, e.g. 0.8,0.1,0.1; a folder each',
      readShares,
    )
    .option('--split-seed <n>', 'another seed deals the sites differently', whole, 1)
    .action(
      async (
        corpus: string,
        { text, resize, split, splitSeed, out: folder, ...options }: Options,
      ) => {
        const path = await tools.open(corpus)
        const [first = 'alt', ...fallback] = text
        const [train, validation, test] = split ?? []
        await runJob(tools, exportPairs, {
          corpus: path,
          ...options,
          ...resize,
          ...{ text: first, fallback },
          ...(train === undefined || validation === undefined || test === undefined
            ? {}
            : { split: { train, validation, test, seed: splitSeed } }),
          out: resolvePath(folder),
        })
      },
    )
}
