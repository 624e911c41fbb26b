/** Other devices than the CPU: one that works is used and agrees, one that is wrong is refused. */
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test, type TestContext } from 'vitest'
import { createInferenceHost, type InferenceHost } from '../../src/main/inference/host/client.ts'
import type { LoadedPictureText } from '../../src/main/inference/kinds/picture-text/types.ts'
import { pictureText } from '../../src/main/inference/kinds/picture-text/kind.ts'
import { writeQuantized } from '../../src/main/inference/tasks/quantize.ts'
import { resolveFolder } from '../../src/main/inference/models/registry.ts'
import { cosine, DEVICE_BOUND } from '../../src/main/inference/kinds/vectors.ts'
import { softwareVulkan } from '../fidelity/vulkan.ts'
import { emptyFolders, expectedOf, INFERENCE_HOST, PICTURES, tinyModel } from '../support/models.ts'

const WRONG_DEVICE = new URL('../support/wrong-device-host.ts', import.meta.url)

let host: InferenceHost | null = null
afterEach(() => host?.close())

/** Skips the test where no software driver is, and says so. */
function startOnDriver(context: TestContext): InferenceHost {
  const vulkan = softwareVulkan()
  if (vulkan === null) {
    return context.skip(
      'no software Vulkan driver: npm test unpacks it on Debian where apt has a mirror',
    )
  }
  host = createInferenceHost(INFERENCE_HOST, { env: vulkan.env })
  return host
}

describe.each(['tiny-clip', 'tiny-siglip'] as const)('%s by webgpu', (name) => {
  const expected = expectedOf(name)
  const images = expected.images.slice(0, 12)
  const pictures = images.map(({ file }) => ({ path: join(PICTURES, file) }))
  const texts = expected.texts.map(({ text }) => text)

  /** Cosines of every picture with every text: [pictures, texts]. */
  const cosinesOf = async (loaded: LoadedPictureText): Promise<number[]> => {
    const { vectors, failures } = await loaded.encodeImages(pictures)
    expect(failures.size).toBe(0)
    const words = await loaded.encodeTexts(texts)
    const dim = loaded.model.manifest.embeddingDim
    return images.flatMap((_, i) =>
      texts.map((_, t) =>
        cosine(vectors.subarray(i * dim, (i + 1) * dim), words.subarray(t * dim, (t + 1) * dim)),
      ),
    )
  }
  const expectNear = (own: number[], wanted: number[]): void => {
    expect(own).toHaveLength(wanted.length)
    for (const [i, value] of own.entries()) {
      expect(Math.abs(value - (wanted[i] as number)), `cosine ${i}`).toBeLessThan(DEVICE_BOUND)
    }
  }

  test('scores on a software driver as transformers does', { timeout: 60_000 }, async (context) => {
    const started = startOnDriver(context)
    const loaded = await started.open(await tinyModel(name), 'webgpu')
    expect(loaded.device).toBe('webgpu')
    const own = await cosinesOf(loaded)
    // A silent fall back to the CPU would agree even better.
    const maps = readFileSync(`/proc/${started.pid ?? 0}/maps`, 'utf8')
    expect(maps).toContain('libvulkan_lvp')
    const wanted = images.flatMap((image) =>
      expected.texts.map((text) => cosine(image.embedding, text.embedding)),
    )
    expectNear(own, wanted)
  })

  test('scores there with an int8 twin as on the CPU', { timeout: 60_000 }, async (context) => {
    const started = startOnDriver(context)
    const out = join(mkdtempSync(join(tmpdir(), 'devices-')), 'twin')
    await writeQuantized(await tinyModel(name), out)
    const twin = await resolveFolder(emptyFolders(), pictureText, out)
    const there = await cosinesOf(await started.open(twin, 'webgpu'))
    expectNear(there, await cosinesOf(await started.open(twin, 'cpu')))
  })
})

describe('a device that computes something else', () => {
  const open = async (wrong: string, device: 'auto' | 'webgpu') => {
    host = createInferenceHost(WRONG_DEVICE, { env: { ...process.env, GLEANER_WRONG: wrong } })
    return host.open(await tinyModel('tiny-clip'), device)
  }

  test('is used where its values are those of the CPU', async () => {
    expect((await open('right', 'webgpu')).device).toBe('webgpu')
  })

  test('is refused by name with the difference where its cosines are off by more than the bound', async () => {
    const opening = open('off', 'webgpu')
    await expect(opening).rejects.toMatchObject({ kind: 'unsupported' })
    await expect(opening).rejects.toThrow(
      /webgpu cannot be used: its cosines differ from the CPU's by 0\.\d+, 0\.005 is allowed/,
    )
  })

  test('is refused by name where it gives NaN', async () => {
    await expect(open('nan', 'webgpu')).rejects.toThrow(
      /webgpu cannot be used: .* gives values that are not finite on webgpu/,
    )
  })

  test.each([
    ['off', /webgpu: its cosines differ/],
    ['nan', /webgpu: .*not finite/],
  ])('is passed over by auto, which says why (%s)', async (wrong, reason) => {
    const loaded = await open(wrong, 'auto')
    expect(loaded.device).toBe('cpu')
    if (process.platform !== 'linux') return
    expect(loaded.passedOver.join()).toMatch(reason)
  })
})
