import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

/**
 * chardetng (Firefox's detector) as WebAssembly. The package's own loader needs a bundler that
 * knows WebAssembly modules; its five functions are called here directly, so that it also works in
 * worker threads and after bundling. The wasm file is found as a package file at run time.
 */
interface Chardetng {
  memory: WebAssembly.Memory
  encodingdetector_new(): number
  encodingdetector_feed(detector: number, bytes: number, length: number, last: number): number
  encodingdetector_guess(
    result: number,
    detector: number,
    tld: number,
    tldLength: number,
    allowUtf8: number,
  ): void
  __wbg_encodingdetector_free(detector: number): void
  __wbindgen_add_to_stack_pointer(delta: number): number
  __wbindgen_malloc(size: number): number
  __wbindgen_free(pointer: number, size: number): void
}

const WASM = 'chardetng-wasm/dist/chardetng_wasm_bg.wasm'
let loaded: Chardetng | undefined

function load(): Chardetng {
  if (loaded) return loaded
  const path = createRequire(import.meta.url).resolve(WASM)
  const module = new WebAssembly.Module(readFileSync(path))
  const instance = new WebAssembly.Instance(module, {
    './chardetng_wasm_bg.js': {
      __wbindgen_throw: (at: number, length: number) => {
        const memory = instance.exports.memory as WebAssembly.Memory
        const message = new TextDecoder().decode(new Uint8Array(memory.buffer, at, length))
        throw new Error(`chardetng: ${message}`)
      },
    },
  })
  loaded = instance.exports as unknown as Chardetng
  return loaded
}

/**
 * Guesses the encoding of bytes that are not valid UTF-8.
 *
 * @param tld the page's top-level domain in ASCII lower case, which settles close calls
 * @returns a WHATWG name, e.g. `windows-1251`
 */
export function guessEncoding(bytes: Uint8Array, tld: string | null): string {
  const wasm = load()
  const detector = wasm.encodingdetector_new()
  try {
    const CHUNK = 1 << 16
    for (let at = 0; at < bytes.length; at += CHUNK) {
      const chunk = bytes.subarray(at, at + CHUNK)
      const pointer = wasm.__wbindgen_malloc(chunk.length)
      new Uint8Array(wasm.memory.buffer).set(chunk, pointer)
      // The callee frees what it is given.
      wasm.encodingdetector_feed(
        detector,
        pointer,
        chunk.length,
        at + CHUNK >= bytes.length ? 1 : 0,
      )
    }
    let tldPointer = 0
    let tldLength = 0
    // chardetng panics on anything but lower-case ASCII without dots.
    if (tld !== null && /^[a-z0-9-]+$/.test(tld)) {
      const tldBytes = new TextEncoder().encode(tld)
      tldLength = tldBytes.length
      tldPointer = wasm.__wbindgen_malloc(tldLength)
      new Uint8Array(wasm.memory.buffer).set(tldBytes, tldPointer)
    }
    const result = wasm.__wbindgen_add_to_stack_pointer(-16)
    try {
      wasm.encodingdetector_guess(result, detector, tldPointer, tldLength, 1)
      const view = new DataView(wasm.memory.buffer)
      const at = view.getInt32(result, true)
      const length = view.getInt32(result + 4, true)
      const name = new TextDecoder().decode(new Uint8Array(wasm.memory.buffer, at, length))
      wasm.__wbindgen_free(at, length)
      return name.toLowerCase()
    } finally {
      wasm.__wbindgen_add_to_stack_pointer(16)
    }
  } catch (error) {
    // A panic poisons the instance; the next page gets a new one.
    loaded = undefined
    throw error
  } finally {
    if (loaded) loaded.__wbg_encodingdetector_free(detector)
  }
}
