import { expect, test } from 'vitest'
import {
  describePreprocessing,
  type PictureTextManifest,
} from '../../../src/main/inference/kinds/picture-text/manifest.ts'
import { tinyModel } from '../../support/models.ts'

test('what a manifest decides is listed with the model in words', async () => {
  const { info, manifest } = await tinyModel('tiny-clip')
  expect(info.preprocessing).toEqual(describePreprocessing(manifest))
  const valueOf = (changed: PictureTextManifest, label: string): string | undefined =>
    describePreprocessing(changed).find((row) => row.label.startsWith(label))?.value
  expect(valueOf(manifest, 'Camera')).toMatch(/^ignored/)
  expect(valueOf(manifest, 'Transparency')).toMatch(/^dropped/)
  const image = { ...manifest.image, orientation: 'apply', alpha: 'white' } as const
  expect(valueOf({ ...manifest, image }, 'Camera')).toMatch(/^applied/)
  expect(valueOf({ ...manifest, image }, 'Transparency')).toBe('laid on white')
})
