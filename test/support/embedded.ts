import { createHash } from 'node:crypto'
import { seededRandom } from '../../src/shared/random.ts'
import type { Corpus } from '../../src/main/store/open.ts'
import { keyFromHex, putEmbeddings } from '../../src/main/store/repositories/embeddings.ts'
import { ensureModel } from '../../src/main/store/repositories/models.ts'

export const EMBEDDED = { digest: 'e'.repeat(64), name: 'test/embedded', title: 'Test embeddings' }

/**
 * Gives the pictures of a made-up corpus (`fillCorpus`) real-looking digests and embeddings that lie
 * around one centre for each first noun of an alt: a map of them has parts that have a name.
 * @param args.share of the pictures that get one
 */
export function embedCorpus(
  corpus: Corpus,
  args: { dim: number; seed?: number; share?: number; from?: number },
): { pictures: number } {
  const db = corpus.writer
  const random = seededRandom(args.seed ?? 7)
  const modelId = ensureModel(db, { ...EMBEDDED, manifest: '{}' })
  const rows = db
    .prepare<[number], { id: number; alt: string | null }>(
      `SELECT i.id, min(p.alt) AS alt FROM images i JOIN pairs p ON p.image_id = i.id
       WHERE i.id > ? GROUP BY i.id`,
    )
    .all(args.from ?? 0)
  const set = db.prepare("UPDATE images SET sha256 = ?, status = 'ok' WHERE id = ?")
  const centres = new Map<string, Float32Array>()
  const centreOf = (noun: string): Float32Array => {
    let centre = centres.get(noun)
    if (!centre) {
      const own = seededRandom([...noun].reduce((sum, c) => sum * 31 + c.charCodeAt(0), 7))
      centre = Float32Array.from({ length: args.dim }, () => own.normal())
      centres.set(noun, centre)
    }
    return centre
  }
  const items: { key: Uint8Array; noun: string }[] = []
  db.transaction(() => {
    for (const { id, alt } of rows) {
      const sha256 = createHash('sha256').update(`picture ${id}`).digest('hex')
      set.run(sha256, id)
      if (random.next() >= (args.share ?? 1)) continue
      items.push({ key: keyFromHex(sha256), noun: alt?.split(' ')[1] ?? '' })
    }
  })()
  // In the order of their keys: else each row opens another page of the database.
  items.sort((a, b) => Buffer.compare(a.key, b.key))
  for (let from = 0; from < items.length; from += 10_000) {
    const some = items.slice(from, from + 10_000).map(({ key, noun }) => {
      const centre = centreOf(noun)
      const vector = new Float32Array(args.dim)
      let length = 0
      for (let j = 0; j < args.dim; j++) {
        // Cheaper than normal numbers, and there are half a billion of them.
        const noise = (random.next() + random.next() + random.next() - 1.5) * 2
        vector[j] = 0.8 * centre[j]! + noise
        length += vector[j]! ** 2
      }
      length = Math.sqrt(length)
      for (let j = 0; j < args.dim; j++) vector[j]! /= length
      return { key, vector }
    })
    putEmbeddings(db, { modelId, kind: 'image', items: some })
  }
  return { pictures: items.length }
}
