/**
 * Contact sheets of what the drawing program can draw.
 * node tools/draw/main.ts [FOLDER] [SCENES]
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CATALOGUE } from './objects/index.ts'
import { random } from './random.ts'
import { contactSheet } from './raster.ts'
import { inventScene, sceneSvg } from './scene.ts'
import type { Scene } from './scene.ts'
import { STYLES } from './styles.ts'
import { describe } from './words.ts'

const folder = process.argv[2] ?? '/tmp/gleaner-draw'
const many = Number(process.argv[3] ?? 80)
await mkdir(folder, { recursive: true })

const objects = CATALOGUE.map((thing): string => {
  const scene: Scene = {
    items: [{ thing, colour: thing.colours[0] ?? 'red', count: 1, size: 'medium' }],
    relation: null,
    background: 'plain',
    style: 'flat',
    width: 160,
    height: 160,
    seed: 3,
  }
  return sceneSvg(scene)
})
await writeFile(
  join(folder, 'objects.png'),
  await contactSheet(objects, 14, { width: 110, height: 110 }),
)

const styles = STYLES.flatMap((style) => {
  const rnd = random(11)
  return Array.from({ length: 6 }, () => sceneSvg({ ...inventScene(rnd), style }))
})
await writeFile(
  join(folder, 'styles.png'),
  await contactSheet(styles, 6, { width: 240, height: 180 }),
)

const rnd = random(2026)
const scenes = Array.from({ length: many }, () => inventScene(rnd))
await writeFile(
  join(folder, 'scenes.png'),
  await contactSheet(scenes.map(sceneSvg), 8, { width: 200, height: 160 }),
)
scenes.forEach((scene, i) => console.log(i, describe(scene, random(i))))
