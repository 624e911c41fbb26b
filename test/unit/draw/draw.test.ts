import { describe as group, expect, it } from 'vitest'
import { CATALOGUE } from '../../../tools/draw/objects/index.ts'
import { random } from '../../../tools/draw/random.ts'
import { rasterise } from '../../../tools/draw/raster.ts'
import { inventScene, sceneKey, sceneSvg } from '../../../tools/draw/scene.ts'
import type { Scene } from '../../../tools/draw/scene.ts'
import { STYLES } from '../../../tools/draw/styles.ts'
import { changeOneThing, describe } from '../../../tools/draw/words.ts'
import { parseScene } from '../../../tools/make-sample/scene-notation.ts'

group('the drawing program', () => {
  it('draws everything in every style and colour without a hole in its numbers', () => {
    for (const thing of CATALOGUE)
      for (const style of STYLES)
        for (const colour of thing.colours) {
          const scene: Scene = {
            items: [{ thing, colour, count: 1, size: 'medium' }],
            relation: null,
            background: 'plain',
            style,
            width: 96,
            height: 96,
            seed: 1,
          }
          expect(sceneSvg(scene)).not.toMatch(/NaN|undefined|Infinity/)
        }
  })

  it('has no two things of one name', () => {
    expect(new Set(CATALOGUE.map((thing) => thing.name)).size).toBe(CATALOGUE.length)
  })

  it('makes the same drawing and the same sentence from the same seed', () => {
    const one = inventScene(random(5))
    const two = inventScene(random(5))
    expect(sceneSvg(one)).toBe(sceneSvg(two))
    expect(describe(one, random(9))).toBe(describe(two, random(9)))
  })

  it('rasterises to the formats it names', async () => {
    const svg = sceneSvg(inventScene(random(8)))
    expect((await rasterise(svg, 'jpeg')).subarray(0, 2).toString('hex')).toBe('ffd8')
    expect((await rasterise(svg, 'png')).subarray(1, 4).toString('latin1')).toBe('PNG')
    expect((await rasterise(svg, 'webp')).subarray(8, 12).toString('latin1')).toBe('WEBP')
  })

  it('names colour, count, side and place in the sentence of a scene', () => {
    const scene = parseScene('3 red car < blue house @meadow', 'test')
    const said = Array.from({ length: 200 }, (_, i) => describe(scene, random(i)).toLowerCase())
    expect(said.every((text) => /three .*(cars)/.test(text))).toBe(true)
    expect(said.some((text) => text.includes('left'))).toBe(true)
    expect(said.some((text) => /red/.test(text) && /blue/.test(text))).toBe(true)
    expect(said.some((text) => /meadow|grass|field|countryside/.test(text))).toBe(true)
    expect(new Set(said).size).toBeGreaterThan(40)
  })

  it('changes one thing of a scene and nothing of the scene it was given', () => {
    const rnd = random(3)
    for (let i = 0; i < 300; i++) {
      const scene = inventScene(rnd)
      const key = sceneKey(scene)
      const changed = changeOneThing(scene, rnd)
      expect(sceneKey(scene)).toBe(key)
      expect(sceneKey(changed)).not.toBe(key)
      expect(changed.background).toBe(scene.background)
    }
  })

  it('refuses a notation that names what is not in the catalogue', () => {
    expect(() => parseScene('red unicorn @meadow', 'test')).toThrow(/unicorn/)
    expect(() => parseScene('red car @moon', 'test')).toThrow(/moon/)
  })
})
