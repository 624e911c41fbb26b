import { COARSE, VIEWS } from '../../search/duplicates/fingerprint.ts'
import type { Sure } from '../../search/duplicates/perceptual.ts'
import type { DuplicatesDb } from '../../store/open-duplicates.ts'
import { coarseOf, sureOf } from '../../store/repositories/duplicate-files.ts'

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

/** Longer hashes and colours are read where two pictures may be copies, which few are. */
export function sureReader(
  files: DuplicatesDb,
  names: readonly string[],
): (picture: number) => Sure {
  let held = new Map<number, Sure>()
  return (picture) => {
    const known = held.get(picture)
    if (known) return known
    if (held.size >= HELD) held = new Map()
    const sure = sureOf(files, names[picture] as string)
    held.set(picture, sure)
    return sure
  }
}
