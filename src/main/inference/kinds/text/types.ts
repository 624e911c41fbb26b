import type { PairContext } from '#shared/text/context.ts'

/** The parts of a reply on one context; its numbers are in the bytes, see `serve.ts`. */
export interface ContextReply {
  tokens: number
  isCut: boolean
  windows: [tokenOffset: number, rows: number][]
}

/** What every text model can be asked. */
export interface TextCalls {
  contexts: {
    input: { contexts: PairContext[] }
    value: { contexts: ContextReply[]; columns: number }
  }
}
