import type { Bridge } from '#shared/contract/index.ts'

declare global {
  interface Window {
    /** Put there by the preload script. */
    readonly gleaner: Bridge
  }
}
