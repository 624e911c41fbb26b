import { rasterise } from '../draw/raster.ts'
import { sceneSvg } from '../draw/scene.ts'
import type { Scene } from '../draw/scene.ts'
import type { Resource } from './server.ts'
import type { Truth } from './truth.ts'

/** What is known of a picture beside where it stands. */
export type Known = Omit<Truth, 'page' | 'img'>

const TYPES = { jpeg: 'image/jpeg', png: 'image/png', webp: 'image/webp' } as const

/** Collects what is served, and what is known about it. */
export class Builder {
  readonly resources = new Map<string, Resource>()
  readonly truth: Truth[] = []
  /** Pictures are drawn at the end, all together. */
  readonly #drawing: (() => Promise<void>)[] = []

  put(address: string, resource: Resource): void {
    if (this.resources.has(address)) throw new RangeError(`${address} is there already`)
    this.resources.set(address, resource)
  }

  /** Places a drawing of the scene under the address. */
  draw(
    address: string,
    scene: Scene,
    format: keyof typeof TYPES,
    options: {
      width?: number
      quality?: number
      progressive?: boolean
      spoil?: (bytes: Buffer) => Buffer
    } = {},
  ): void {
    const resource: Resource = {
      status: 200,
      headers: { 'Content-Type': TYPES[format] },
      body: Buffer.alloc(0),
    }
    this.put(address, resource)
    this.#drawing.push(async () => {
      const bytes = await rasterise(sceneSvg(scene), format, options)
      resource.body = options.spoil ? options.spoil(bytes) : bytes
    })
  }

  async finish(): Promise<void> {
    for (let at = 0; at < this.#drawing.length; at += 8)
      await Promise.all(this.#drawing.slice(at, at + 8).map((draw) => draw()))
  }

  /** Places a page; `known` are its `<img>` in document order, those in `<noscript>` left out. */
  page(address: string, resource: Resource, known: readonly Known[]): void {
    this.put(address, resource)
    known.forEach((one, img) => this.truth.push({ page: address, img, ...one }))
  }
}
