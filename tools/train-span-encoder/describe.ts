/**
 * Sentences of the drawing grammar, one JSON string a line, for train.py to put into pages:
 *
 *     node describe.ts COUNT SEED
 *
 * Scenes that the sample shows are left out, and one in twelve combinations of thing and colour,
 * as in the training of the picture model.
 */
import { hash, random } from '../draw/random.ts'
import { inventScene, sceneKey } from '../draw/scene.ts'
import { describe } from '../draw/words.ts'
import { sampleSceneKeys } from '../train-embedded-model/sample-scenes.ts'

const [count = '1000', seed = '1'] = process.argv.slice(2)
const rnd = random(Number(seed))
const shown = sampleSceneKeys()
const lines: string[] = []
while (lines.length < Number(count)) {
  const scene = inventScene(rnd)
  const held = scene.items.some(
    (item) => !item.thing.motley && hash(`${item.colour} ${item.thing.name}`) % 12 === 0,
  )
  if (held || shown.has(sceneKey(scene))) continue
  lines.push(JSON.stringify(describe(scene, rnd)))
}
process.stdout.write(`${lines.join('\n')}\n`)
