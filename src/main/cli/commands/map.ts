import { createWriteStream } from 'node:fs'
import { resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Command } from 'commander'
import { makeMap, MapInput } from '#shared/contract/jobs/map.ts'
import { PLACES_AT_ONCE } from '#shared/contract/maps.ts'
import { AppError } from '#shared/errors.ts'
import { optionOf } from '../options.ts'
import { runJob } from '../tools.ts'
import type { CliTools } from '../tools.ts'

interface Options extends Omit<MapInput, 'corpus'> {
  out?: string
}

/** `map`: a map of the pictures or texts of a corpus, and its places as a table. */
export function addMapCommand(program: Command, tools: CliTools): void {
  const { subject, seed, landmarks, neighbours } = MapInput.shape
  program
    .command('map <corpus>')
    .description('place pictures or texts that are alike beside each other (PCA and UMAP)')
    .option('--model <id>', 'whose embeddings; default: those of the newest model')
    .addOption(optionOf('--subject <what>', 'the pictures, or one text of each pair', subject))
    .addOption(optionOf('--seed <n>', 'another seed gives another map', seed))
    .addOption(
      optionOf('--landmarks <n>', 'items that UMAP lays out; the rest lies between', landmarks),
    )
    .addOption(optionOf('--neighbours <n>', 'as n_neighbors of umap-learn', neighbours))
    .option('--name <name>', 'what it is called in the window')
    .option('--anew', 'make it anew where it is there; else what came since is added', false)
    .option('--out <file.csv>', 'the places of all pairs: id, umap_x, umap_y, pca_x, pca_y')
    .action(async (path: string, { out, ...options }: Options) => {
      if (out !== undefined && !out.toLowerCase().endsWith('.csv')) {
        throw new AppError(
          'invalid-input',
          `${out} is no CSV file.`,
          'Name a file that ends in .csv.',
        )
      }
      const corpus = await tools.open(path)
      const { result } = await runJob(tools, makeMap, { corpus, ...options })
      if (out === undefined) return
      const map = result.find(({ label }) => label === 'Map')?.value
      if (map === undefined) throw new AppError('internal', 'The map that was made is not there.')
      await pipeline(lines(tools, corpus, map), createWriteStream(resolve(out)))
    })
}

async function* lines({ call }: CliTools, corpus: string, map: string): AsyncGenerator<string> {
  yield 'id,umap_x,umap_y,pca_x,pca_y\n'
  let afterId = 0
  for (;;) {
    const places = await call('maps.places', { corpus, map, afterId })
    if (places.length === 0) return
    yield places
      .map(({ id, umap, pca }) => `${[id, ...(umap ?? ['', '']), ...pca].join(',')}\n`)
      .join('')
    afterId = places.at(-1)?.id ?? Infinity
    if (places.length < PLACES_AT_ONCE) return
  }
}
