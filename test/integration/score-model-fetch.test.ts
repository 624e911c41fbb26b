import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { DEFAULT_SETTINGS } from '#shared/settings.ts'
import { openHub, parseHubSource, type Hub } from '../../src/main/inference/hub/hub.ts'
import { hubCacheFolder } from '../../src/main/inference/hub/hub-cache.ts'
import { pictureText } from '../../src/main/inference/kinds/picture-text/kind.ts'
import { listModels, removeModel, resolveModel } from '../../src/main/inference/models/registry.ts'
import type { ModelsFolders } from '../../src/main/inference/models/types.ts'
import { runModelFetch } from '../../src/main/jobs/models/model-fetch.ts'
import { COMMIT, fakeHub, fakeProxy, type FakeHub } from '../support/hub.ts'
import { emptyFolders, MODELS } from '../support/models.ts'
import { scoreContext } from './score-support.ts'

const REPOSITORY = 'someone/tiny-siglip'
const input = { source: REPOSITORY }

let server: FakeHub
let folders: ModelsFolders
beforeEach(async () => {
  server = await fakeHub(join(MODELS, 'tiny-siglip'), REPOSITORY, {
    'onnx/model_fp16.onnx': new Uint8Array(100),
    'model.safetensors': new Uint8Array(1000),
  })
  folders = emptyFolders()
})
afterEach(() => server.close())

function hub(env: NodeJS.ProcessEnv = {}): Hub {
  return { ...openHub(DEFAULT_SETTINGS, { HF_ENDPOINT: server.endpoint, ...env }), retryDelayMs: 5 }
}
const cached = (...parts: string[]): string =>
  join(folders.hubCache, 'models--someone--tiny-siglip', ...parts)

test('the token of the environment is for the hub of the environment alone', () => {
  const env = { HF_ENDPOINT: 'https://hub.example', HF_TOKEN: 'secret' }
  const tokenFor = (endpoint: string | null): string | null =>
    openHub({ hub: { endpoint, token: null } }, env).token
  expect(tokenFor(null)).toBe('secret')
  expect(tokenFor('https://hub.example')).toBe('secret')
  expect(tokenFor('https://elsewhere.example')).toBeNull()
})

test('a repository is fetched into the usual cache layout and is a model then', async () => {
  const ctx = scoreContext()
  const model = await runModelFetch(folders, input, ctx, hub())
  expect(model?.id).toBe(REPOSITORY)
  expect(readFileSync(cached('refs', 'main'), 'utf8')).toBe(COMMIT)
  const graph = cached('snapshots', COMMIT, 'onnx', 'text_model.onnx')
  expect(lstatSync(graph).isSymbolicLink()).toBe(true)
  expect(readlinkSync(graph)).toMatch(/^\.\.\/\.\.\/\.\.\/blobs\/[0-9a-f]{64}$/)
  expect(readFileSync(graph)).toEqual(
    readFileSync(join(MODELS, 'tiny-siglip/onnx/text_model.onnx')),
  )
  // Only what is needed: no weights of another kind.
  expect(existsSync(cached('snapshots', COMMIT, 'model.safetensors'))).toBe(false)
  expect(ctx.told.notes).toContain('onnx/vision_model.onnx')
  const last = ctx.told.progress.at(-1)
  expect(last?.done).toBe(last?.total)
  const infos = await listModels(folders, DEFAULT_SETTINGS)
  expect(infos.find(({ id }) => id === REPOSITORY)).toMatchObject({ state: 'installed' })
})

test('a second fetch asks for no bytes again', async () => {
  await runModelFetch(folders, input, scoreContext(), hub())
  server.requests.length = 0
  await runModelFetch(folders, input, scoreContext(), hub())
  expect(server.requests.filter(({ line }) => line.startsWith('GET /someone'))).toEqual([])
  expect(server.requests.filter(({ on }) => on === 'cdn')).toEqual([])
})

test('a cut connection goes on where it stopped', async () => {
  server.cutAfter = Array<number>(3).fill(2000)
  const model = await runModelFetch(folders, input, scoreContext(), hub())
  expect(model?.id).toBe(REPOSITORY)
  const ranges = server.requests.map(({ range }) => range).filter((range) => range !== null)
  expect(ranges.length).toBeGreaterThan(0)
  for (const range of ranges) expect(range).toMatch(/^bytes=[1-9]\d*-$/)
})

test('after a cancel the next run goes on where it stopped, and no model is there in between', async () => {
  await server.close()
  server = await fakeHub(join(MODELS, 'tiny-clip-joint'), REPOSITORY)
  server.slow = 10
  const abort = new AbortController()
  const ctx = scoreContext(abort.signal, (done) => {
    if (done > 150_000) abort.abort()
  })
  expect(await runModelFetch(folders, input, ctx, hub())).toBeNull()
  expect(existsSync(cached('refs'))).toBe(false)
  expect(existsSync(cached('snapshots'))).toBe(false)
  const infos = await listModels(folders, DEFAULT_SETTINGS)
  expect(infos.some(({ id }) => id === REPOSITORY)).toBe(false)
  server.slow = 0
  server.requests.length = 0
  await runModelFetch(folders, input, scoreContext(), hub())
  expect(server.requests.some(({ range }) => range !== null)).toBe(true)
  expect(await resolveModel(folders, pictureText, REPOSITORY)).toMatchObject({
    id: REPOSITORY,
  })
})

test.each(['onnx/vision_model.onnx', 'tokenizer.json'])(
  'a wrong checksum of %s is refused, deleted, and leaves no model behind',
  async (name) => {
    server.spoil = name
    const run = runModelFetch(folders, input, scoreContext(), hub())
    await expect(run).rejects.toMatchObject({
      kind: 'damaged',
      message: expect.stringContaining(name) as string,
    })
    expect(readdirSync(cached('blobs')).filter((blob) => blob.endsWith('.incomplete'))).toEqual([])
    expect(existsSync(cached('refs'))).toBe(false)
    server.spoil = null
    expect((await runModelFetch(folders, input, scoreContext(), hub()))?.id).toBe(REPOSITORY)
  },
)

test('the token goes to the hub and never to where it redirects', async () => {
  server.token = 'secret'
  const refused = runModelFetch(folders, input, scoreContext(), hub())
  await expect(refused).rejects.toMatchObject({ kind: 'refused' })
  server.requests.length = 0
  await runModelFetch(folders, input, scoreContext(), hub({ HF_TOKEN: 'secret' }))
  const onHub = server.requests.filter(({ on }) => on === 'hub')
  const onCdn = server.requests.filter(({ on }) => on === 'cdn')
  expect(onHub.every(({ token }) => token === 'Bearer secret')).toBe(true)
  expect(onCdn.length).toBeGreaterThan(0)
  expect(onCdn.every(({ token }) => token === null)).toBe(true)
})

test('a proxy is used, and passed by for the hosts of NO_PROXY', async () => {
  const proxy = await fakeProxy()
  await runModelFetch(folders, input, scoreContext(), hub({ HTTP_PROXY: proxy.url }))
  expect(proxy.asked.some((url) => url.startsWith(server.endpoint))).toBe(true)
  proxy.asked.length = 0
  folders = emptyFolders()
  const env = { HTTP_PROXY: proxy.url, NO_PROXY: '127.0.0.1' }
  await runModelFetch(folders, input, scoreContext(), hub(env))
  expect(proxy.asked).toEqual([])
  await proxy.close()
})

test('a server that is busy for a moment is asked again', async () => {
  server.busy = 2
  expect((await runModelFetch(folders, input, scoreContext(), hub()))?.id).toBe(REPOSITORY)
})

test('what cannot be had is a clear error', async () => {
  const ctx = scoreContext()
  await expect(runModelFetch(folders, { source: 'no/such' }, ctx, hub())).rejects.toMatchObject({
    kind: 'not-found',
  })
  await expect(
    runModelFetch(folders, { source: `${REPOSITORY}#int8` }, ctx, hub()),
  ).rejects.toMatchObject({ kind: 'unsupported', hint: expect.stringContaining('#fp16') as string })
  await expect(runModelFetch(folders, { source: '../../etc' }, ctx, hub())).rejects.toMatchObject({
    kind: 'invalid-input',
  })
  const { endpoint } = server
  await server.close()
  const gone = { ...openHub(DEFAULT_SETTINGS, { HF_ENDPOINT: endpoint }), retryDelayMs: 1 }
  await expect(runModelFetch(folders, input, ctx, gone)).rejects.toMatchObject({ kind: 'network' })
  server = await fakeHub(join(MODELS, 'tiny-siglip'), REPOSITORY)
})

test('a hostile file list can name no file outside the cache', async () => {
  await server.close()
  server = await fakeHub(join(MODELS, 'tiny-siglip'), REPOSITORY, {
    'onnx/text_model.onnx_data/../../../../../evil': new Uint8Array(5),
  })
  await runModelFetch(folders, input, scoreContext(), hub())
  expect(existsSync(join(folders.hubCache, '..', 'evil'))).toBe(false)
  expect(server.requests.some(({ line }) => line.includes('evil'))).toBe(false)
})

test('without an endpoint the error says how to set one', () => {
  expect(() => openHub(DEFAULT_SETTINGS, {})).toThrow(/No model hub is configured/)
  const settings = { hub: { endpoint: 'http://hub.example/', token: null } }
  expect(openHub(settings, {}).endpoint).toBe('http://hub.example')
})

test('removing a fetched model empties the cache of it', async () => {
  await runModelFetch(folders, input, scoreContext(), hub())
  await removeModel(folders, REPOSITORY)
  expect(existsSync(cached())).toBe(false)
})

test('sources and cache folders are read as the hub tools read them', () => {
  expect(parseHubSource('a/b@v1.0#fp16')).toEqual({
    repository: 'a/b',
    revision: 'v1.0',
    variant: 'fp16',
  })
  for (const bad of ['', 'a/b/c', 'a--b/c', '/etc', 'a/..', 'a/b@../x', 'a/b#odd']) {
    expect(parseHubSource(bad)).toBeNull()
  }
  expect(hubCacheFolder({ HF_HUB_CACHE: '/c' })).toBe('/c')
  expect(hubCacheFolder({ HF_HOME: '/h' })).toBe(join('/h', 'hub'))
})
