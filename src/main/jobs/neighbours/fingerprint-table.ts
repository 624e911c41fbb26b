import { COARSE, VIEWS } from '../../search/duplicates/fingerprint.ts'
import type { DuplicatesDb } from '../../store/open-duplicates.ts'
import { coarseOf, fineOf } from '../../store/repositories/duplicate-files.ts'

/** The pictures that have a fingerprint, in their order; the others are counted by reason. */
export function coarseTable(
  files: DuplicatesDb,
  pictures: readonly { sha256: string }[],
): { coarse: Uint32Array; names: string[]; leftOut: { reason: string; n: number }[] } {
  const words = VIEWS * COARSE
  const coarse = new Uint32Array(pictures.length * words)
  const names: string[] = []
  const reasons = new Map<string, number>()
  for (const { sha256 } of pictures) {
    const found = coarseOf(files, sha256) ?? { reason: 'not-looked-at' }
    if ('reason' in found) reasons.set(found.reason, (reasons.get(found.reason) ?? 0) + 1)
    else {
      coarse.set(found.coarse, names.length * words)
      names.push(sha256)
    }
  }
  const leftOut = [...reasons].map(([reason, n]) => ({ reason, n })).sort((a, b) => b.n - a.n)
  return { coarse: coarse.subarray(0, names.length * words), names, leftOut }
}

/** Fingerprints held at once. */
const HELD = 20_000

/** The longer hashes are read where two pictures may be copies, which few are. */
export function fineReader(
  files: DuplicatesDb,
  names: readonly string[],
): (picture: number) => Uint32Array {
  let held = new Map<number, Uint32Array>()
  return (picture) => {
    const known = held.get(picture)
    if (known) return known
    if (held.size >= HELD) held = new Map()
    const fine = fineOf(files, names[picture] as string)
    held.set(picture, fine)
    return fine
  }
}
