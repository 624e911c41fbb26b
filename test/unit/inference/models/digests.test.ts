/** Scores in corpora are kept under these: a change of one would orphan them all. */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { resolveAnyModel } from '../../../../src/main/inference/models/registry.ts'
import { emptyFolders, MODELS } from '../../../support/models.ts'

const BUNDLED = fileURLToPath(new URL('../../../../resources/models/', import.meta.url))

test.each([
  [BUNDLED, 'gleaner-demo', 'f3b82978c8db93022436df22395f8efda182a619963759050054a8a448778788'],
  [
    BUNDLED,
    'gleaner-demo-encoder',
    'a3d0a398b96e0c47cb0c2f15655009681de2d39bbaa02287bdeabd3f93f68624',
  ],
  [MODELS, 'tiny-clip', 'a4a020913ac26fed0fe2d92f14f354ae1e390b895355119f4c377a261bbd3e47'],
  [MODELS, 'tiny-clip-joint', '81a3732238f555599f3493a11cbdb6a63f8430256ba682052620560724b9eb5f'],
  [MODELS, 'tiny-siglip', '15e0fb6a562ee0062c520569253e08155ad019f75811d83956b4027f7f082455'],
  [MODELS, 'tiny-bert', 'be7b562baf9aac36a0cd70e48e71bbf669b61b524f9ced21d1d08f83dfdeeaaf'],
  [MODELS, 'tiny-roberta', 'e80aabcade35c410537625982ac19be52167f12b78072a433795c2bb08c90ea3'],
  [MODELS, 'tiny-bert-qa', 'fb95be1dd48b6ec6272297010b80e6f0620d177c2218939b9f4ab400b36dc0ac'],
])('the digest of %s%s is what it was', async (parent, name, digest) => {
  expect((await resolveAnyModel(emptyFolders(), join(parent, name))).digest).toBe(digest)
})
