/** Functions of the MinHash, in bands of rows: two texts of Jaccard s share one with 1 - (1 - s^4)^16. */
const BANDS = 16
const ROWS = 4
const HASHES = BANDS * ROWS
/** Letters of a shingle; of scripts in which one letter is a syllable or a word, fewer say as much. */
const LETTERS = 5
const SYLLABLES = 2
const DENSE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]/u
/** Leaders that one text is compared with. */
const MOST = 1000

/** Texts that differ in case, width, white space and signs only are the same. */
export function plainText(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, ' ')
    .trim()
}

/** Rising, each once: hashes of the shingles of a plain text, by its letters. */
export function shinglesOf(plain: string): Uint32Array {
  const letters = [...plain]
  const dense = letters.filter((letter) => DENSE.test(letter)).length
  const size = dense * 2 > letters.length ? SYLLABLES : LETTERS
  const found = new Set<number>()
  const last = Math.max(0, letters.length - size)
  for (let at = 0; at <= last; at++) {
    // FNV-1a, and a turn that spreads it.
    let hash = 0x811c9dc5
    for (let i = at; i < Math.min(letters.length, at + size); i++) {
      hash = Math.imul(hash ^ (letters[i]?.codePointAt(0) ?? 0), 0x01000193)
    }
    found.add(mixed(hash))
  }
  return Uint32Array.from(found).sort()
}

function mixed(value: number): number {
  let hash = value
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

const SEEDS = Uint32Array.from({ length: HASHES }, (_, i) => mixed(i + 1) | 1)

/** MinHash (Broder 1997): of each function the least hash of the shingles. */
export function minHash(shingles: Uint32Array, out: Uint32Array): void {
  out.fill(0xffffffff)
  for (const shingle of shingles) {
    for (let i = 0; i < HASHES; i++) {
      const seed = SEEDS[i] as number
      let hash = Math.imul(shingle ^ seed, seed)
      hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
      hash = (hash ^ (hash >>> 12)) >>> 0
      if (hash < (out[i] as number)) out[i] = hash
    }
  }
}

/** Shingles that two texts share, of all that either has; both rising. */
export function jaccard(a: Uint32Array, b: Uint32Array): number {
  let [i, j, both] = [0, 0, 0]
  while (i < a.length && j < b.length) {
    const [x, y] = [a[i] as number, b[j] as number]
    if (x === y) both++
    if (x <= y) i++
    if (y <= x) j++
  }
  const all = a.length + b.length - both
  return all === 0 ? 1 : both / all
}

export interface JoinedText {
  member: number
  leader: number
  /** Jaccard, exact. */
  similarity: number
}

export interface TextMatcher {
  /** The leader with the highest Jaccard that reaches the threshold. */
  find(shingles: Uint32Array): { leader: number; similarity: number } | null
  lead(text: number, shingles: Uint32Array): void
  /** Comparisons that were left out as too many leaders share a band. */
  readonly skipped: number
}

/** Leaders by their bands (locality-sensitive hashing; Leskovec, Rajaraman and Ullman, chapter 3). */
export function createTextMatcher(threshold: number): TextMatcher {
  const bands = Array.from({ length: BANDS }, () => new Map<number, number[]>())
  const kept = new Map<number, Uint32Array>()
  const mins = new Uint32Array(HASHES)
  let skipped = 0

  const keyOf = (band: number): number => {
    let key = band
    for (let row = 0; row < ROWS; row++) {
      key = Math.imul(key ^ (mins[band * ROWS + row] as number), 0x9e3779b1) ^ (key >>> 13)
    }
    return key | 0
  }

  return {
    get skipped() {
      return skipped
    },
    find(shingles) {
      minHash(shingles, mins)
      const seen = new Set<number>()
      let best: { leader: number; similarity: number } | null = null
      for (let band = 0; band < BANDS; band++) {
        for (const leader of bands[band]?.get(keyOf(band)) ?? []) {
          if (seen.has(leader)) continue
          if (seen.size >= MOST) {
            skipped++
            continue
          }
          seen.add(leader)
          const similarity = jaccard(shingles, kept.get(leader) as Uint32Array)
          if (similarity < threshold) continue
          const isBetter =
            !best ||
            similarity > best.similarity ||
            (similarity === best.similarity && leader < best.leader)
          if (isBetter) best = { leader, similarity }
        }
      }
      return best
    },
    lead(text, shingles) {
      minHash(shingles, mins)
      kept.set(text, shingles)
      for (let band = 0; band < BANDS; band++) {
        const key = keyOf(band)
        const there = bands[band]?.get(key)
        if (there) there.push(text)
        else bands[band]?.set(key, [text])
      }
    },
  }
}

/**
 * Groups texts that are nearly the same. They come best first; what that means is said of
 * `perceptualGroups`. Plain texts, none of them empty.
 */
export function textGroups(
  texts: readonly string[],
  options: { threshold: number; progress?(done: number): void },
): { joined: JoinedText[]; skipped: number } {
  const matcher = createTextMatcher(options.threshold)
  const joined: JoinedText[] = []
  for (const [member, text] of texts.entries()) {
    const shingles = shinglesOf(text)
    const found = matcher.find(shingles)
    if (found) joined.push({ member, ...found })
    else matcher.lead(member, shingles)
    if ((member & 4095) === 4095) options.progress?.(member + 1)
  }
  return { joined, skipped: matcher.skipped }
}
