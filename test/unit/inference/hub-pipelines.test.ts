/** Pipelines that make pictures, fetched from a hub on this machine. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { fetchRepository, openHub, parseHubSource } from '../../../src/main/inference/hub/hub.ts'
import { resolveRepository } from '../../../src/main/inference/models/registry.ts'
import { fakeHub } from '../../support/hub.ts'
import { emptyFolders } from '../../support/models.ts'
import { writeTinyDiffusion } from '../../support/tiny-diffusion.ts'

const root = mkdtempSync(join(tmpdir(), 'hub-pipelines-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

async function fetched(folder: string, name: string) {
  const hub = await fakeHub(folder, 'org/painter')
  const folders = emptyFolders()
  try {
    const settings = { hub: { endpoint: hub.endpoint, token: null } }
    const source = parseHubSource(name)
    if (!source) throw new Error(name)
    const signal = new AbortController().signal
    const got = await fetchRepository(
      openHub(settings, {}),
      folders.hubCache,
      source,
      signal,
      () => {},
    )
    return { got, folders }
  } finally {
    await hub.close()
  }
}

test('a pipeline is fetched with its parts, and nothing of other programs', async () => {
  const folder = writeTinyDiffusion(join(root, 'whole'))
  for (const name of [
    'unet/diffusion_pytorch_model.safetensors',
    'unet/model.onnx_data',
    'text_encoder/weights.pb',
    'safety.ckpt',
  ]) {
    writeFileSync(join(folder, name), 'x')
  }
  const { got, folders } = await fetched(folder, 'org/painter')
  expect([...got.files].sort()).toEqual(
    [
      'model_index.json',
      'scheduler/scheduler_config.json',
      'text_encoder/config.json',
      'text_encoder/model.onnx',
      'text_encoder/weights.pb',
      'tokenizer/merges.txt',
      'tokenizer/tokenizer_config.json',
      'tokenizer/vocab.json',
      'unet/config.json',
      'unet/model.onnx',
      'unet/model.onnx_data',
      'vae_decoder/config.json',
      'vae_decoder/model.onnx',
      'vae_encoder/model.onnx',
    ].sort(),
  )
  expect(existsSync(join(got.folder, 'unet/model.onnx'))).toBe(true)
  expect((await resolveRepository(folders, 'org/painter')).kind.kind).toBe('diffusion')
})

test('a precision that is not there is refused with what there is', async () => {
  const folder = writeTinyDiffusion(join(root, 'half'))
  await expect(fetched(folder, 'org/painter#fp16')).rejects.toThrow(
    'org/painter has no fp16 graph of text_encoder, unet, vae_decoder',
  )
})
