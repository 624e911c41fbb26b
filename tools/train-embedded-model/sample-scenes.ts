import { sceneKey } from '../draw/scene.ts'
import { ABROAD } from '../make-sample/texts/abroad.ts'
import { parseScene } from '../make-sample/scene-notation.ts'
import { SITES } from '../make-sample/site.ts'
import { TOLD } from '../make-sample/texts/told/index.ts'
import { sceneNotation } from '../make-sample/told.ts'

/** What the sample shows: no training or test picture shows the same. */
export function sampleSceneKeys(): Set<string> {
  const notations = [
    ...SITES.flatMap((site) => site.pages.flatMap((page) => page.pictures)),
    ...TOLD.flatMap((site) =>
      site.pages.flatMap((page) => Object.values(page.pictures).map(sceneNotation)),
    ),
    ...ABROAD.flatMap((page) => page.pictures.map(([scene]) => scene)),
  ]
  return new Set(notations.map((text) => sceneKey(parseScene(text, ''))))
}
