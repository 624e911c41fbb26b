/**
 * The table of image to prompt: on drawn scenes, the domain of the embedded model, and on the real
 * ViT-B/32 vectors of 100 photographs where the folder of real data is there.
 *
 *     node test/bench/image-to-prompt.ts [PICTURES] [PROMPTS] [SENTENCE MODEL]
 *
 * Needs the built program. PROMPTS are those of the base beside those of the pictures. Without a
 * sentence model the embedded encoder is taken, which was not made for sentences.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import sharp from 'sharp'
import { random } from '../../tools/draw/random.ts'
import { inventScene, sceneKey, sceneSvg } from '../../tools/draw/scene.ts'
import { describe } from '../../tools/draw/words.ts'
import { sharedData } from '../support/shared-data.ts'

const [pictures = '1000', prompts = '5000', encoder] = process.argv.slice(2)
const work = mkdtempSync(join(tmpdir(), 'gleaner-bench-'))
const cli = resolve(import.meta.dirname, '../../out/main/cli.js')
const models = encoder === undefined ? [] : ['--sentence-model', resolve(encoder)]

function gleaner(...args: string[]): void {
  const began = performance.now()
  const { status } = spawnSync(process.execPath, [cli, 'prompts', ...args], {
    stdio: ['ignore', 'inherit', 'ignore'],
    env: { ...process.env, GLEANER_HOME: join(work, 'home') },
  })
  if (status !== 0) throw new Error(`gleaner prompts ${args.join(' ')}: ${status}`)
  process.stdout.write(`  (${((performance.now() - began) / 1000).toFixed(1)} s)\n`)
}

/** Scenes that no two of are the same, and sentences about them. */
async function drawScenes(): Promise<void> {
  const rnd = random(2026)
  const seen = new Set<string>()
  const next = (): ReturnType<typeof inventScene> => {
    for (;;) {
      const scene = inventScene(rnd)
      if (seen.has(sceneKey(scene))) continue
      seen.add(sceneKey(scene))
      return scene
    }
  }
  mkdirSync(join(work, 'pictures'))
  const rows = ['image,prompt']
  for (let i = 0; i < Number(pictures); i++) {
    const scene = next()
    const name = `pictures/${i}.png`
    await sharp(Buffer.from(sceneSvg(scene)))
      .flatten({ background: '#fff' })
      .resize(160)
      .png()
      .toFile(join(work, name))
    // Two sentences a picture, as people write several captions.
    for (let n = 0; n < 2; n++) rows.push(`${name},"${describe(scene, rnd)}"`)
  }
  writeFileSync(join(work, 'pairs.csv'), `${rows.join('\n')}\n`)
  const texts = Array.from({ length: Number(prompts) }, () => describe(next(), rnd))
  writeFileSync(join(work, 'prompts.txt'), `${texts.join('\n')}\n`)
}

try {
  process.stdout.write('Drawn scenes, gleaner-demo\n')
  await drawScenes()
  const pairs = join(work, 'pairs.csv')
  gleaner('new', 'scenes', join(work, 'prompts.txt'), pairs, ...models)
  gleaner('evaluate', 'scenes', pairs, ...models)
  process.stdout.write('The same, the projection trained for longer\n')
  gleaner('evaluate', 'scenes', pairs, ...models, '--epochs', '100', '--learning-rate', '0.001')
  const flickr = sharedData('clip/flickr100')
  if (flickr !== null) {
    process.stdout.write('Photographs, ViT-B/32\n')
    const table = join(flickr, 'rows.csv')
    const vectors = (side: string): string[] => [
      '--vectors',
      join(flickr, `${side}_embeddings.npy`),
    ]
    gleaner('new', 'photographs', table, ...vectors('text'), ...models)
    gleaner('evaluate', 'photographs', table, ...vectors('image'), ...models)
    const longer = ['--epochs', '300', '--learning-rate', '0.001', '--batch', '64']
    gleaner('evaluate', 'photographs', table, ...vectors('image'), ...models, ...longer)
  }
} finally {
  rmSync(work, { recursive: true, force: true })
}
