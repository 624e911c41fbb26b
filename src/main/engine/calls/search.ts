import { createHash } from 'node:crypto'
import type { search as contract } from '#shared/contract/search.ts'
import type { CallArgs, CallOutput } from '#shared/contract/index.ts'
import type { EngineContext } from '../context.ts'
import type { CallsOf } from './calls-of.ts'

/** Searches by what the embeddings of a corpus say. */
export function searchCalls({ searches }: EngineContext): CallsOf<typeof contract> {
  return {
    async 'search.run'({ corpus, search, where }) {
      const { answer, hits } = await searches.run(corpus, search, where)
      return {
        ...answer,
        hits: Array.from(hits.ids, (id, i) => ({ id, cosine: hits.cosines[i] as number })),
      }
    },
    'search.models': ({ corpus }) => searches.models(corpus),
    'search.prepare': ({ corpus, model, among }) => searches.prepare(corpus, model, among),
  }
}

/** A selection of pairs, of all that a filter keeps or of the hits of a search. */
export async function selectPairs(
  { corpora, searches }: Pick<EngineContext, 'corpora' | 'searches'>,
  { corpus, search, ...args }: CallArgs<'pairs.select'>,
): Promise<CallOutput<'pairs.select'>> {
  const { reads } = corpora.get(corpus)
  if (search === null) return { ...(await reads.select(args)), search: null }
  const { answer, hits } = await searches.run(corpus, search, args.where, args.score)
  const found = { key: keyOf(hits), ids: hits.ids, cosines: hits.cosines }
  return { ...(await reads.select({ ...args, found })), search: answer }
}

/** Names hits by what they are, so that the same search gives the same selection. */
function keyOf({ ids, cosines }: { ids: Int32Array; cosines: Float64Array }): string {
  return createHash('sha256').update(ids).update(cosines).digest('hex').slice(0, 32)
}
