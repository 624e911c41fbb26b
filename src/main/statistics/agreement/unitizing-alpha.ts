/** A section that an annotator marked on the continuum. Half-open, in its units of length. */
export interface Unit {
  annotator: number
  category: string
  start: number
  end: number
}

export interface CategoryAlpha {
  category: string
  observed: number
  expected: number
  /** null where nobody marked anything of the category. */
  alpha: number | null
}

/**
 * Alpha for unitizing, alpha_U: agreement on where units begin and end, squared distances, for each
 * category and over all (Krippendorff 1995, On the Reliability of Unitizing Contiguous Data;
 * Content Analysis, 2nd ed. 2004, 11.6 and the example of p. 254. Not the revised family of 2016).
 *
 * Distance of units g, h of one category: (b_g - b_h)^2 + (e_g - e_h)^2 where they overlap; length
 * squared where one lies wholly in a gap of the other annotator; else 0. With m annotators, L the
 * length of the continuum and N the number of units of the category,
 *
 *     D_o = sum_{i != j} sum_{g, h} d^2 / (m (m - 1) L^2)
 *     D_e = 2/L sum_g [ (N - 1)/3 (2 l^3 - 3 l^2 + l) + l^2 sum_{gaps >= l} (gap - l + 1) ]
 *           / (m L (m L - 1) - sum_g l (l - 1))
 *
 * and over all categories alpha = 1 - sum D_o / sum D_e.
 * @param units of one annotator and category they must not overlap
 * @param annotators m, at least 2; annotators are 0..m-1
 * @param length L, at least 1
 */
export function unitizingAlpha(
  units: readonly Unit[],
  annotators: number,
  length: number,
): { alpha: number | null; categories: CategoryAlpha[] } {
  const byCategory = new Map<string, Unit[][]>()
  for (const unit of units) {
    if (unit.end <= unit.start) continue
    let lists = byCategory.get(unit.category)
    if (!lists) {
      lists = Array.from({ length: annotators }, (): Unit[] => [])
      byCategory.set(unit.category, lists)
    }
    lists[unit.annotator]?.push(unit)
  }
  let observed = 0
  let expected = 0
  const categories = [...byCategory.keys()].sort().map((category): CategoryAlpha => {
    const lists = byCategory.get(category) as Unit[][]
    for (const list of lists) list.sort((a, b) => a.start - b.start)
    const o = observedDisagreement(lists, length)
    const e = expectedDisagreement(lists, length)
    observed += o
    expected += e
    return { category, observed: o, expected: e, alpha: e > 0 ? 1 - o / e : null }
  })
  return {
    alpha: annotators >= 2 && expected > 0 ? 1 - observed / expected : null,
    categories,
  }
}

function observedDisagreement(lists: readonly Unit[][], length: number): number {
  const m = lists.length
  let sum = 0
  for (let i = 0; i < m; i++) {
    for (let j = i + 1; j < m; j++) {
      const a = lists[i] as Unit[]
      const b = lists[j] as Unit[]
      sum += overlapping(a, b) + alone(a, b) + alone(b, a)
    }
  }
  return (2 * sum) / (m * (m - 1) * length * length)
}

/** Squared differences of the edges, over all overlapping pairs. */
function overlapping(a: readonly Unit[], b: readonly Unit[]): number {
  let sum = 0
  let from = 0
  for (const g of a) {
    while (from < b.length && (b[from] as Unit).end <= g.start) from++
    for (let k = from; k < b.length; k++) {
      const h = b[k] as Unit
      if (h.start >= g.end) break
      sum += (g.start - h.start) ** 2 + (g.end - h.end) ** 2
    }
  }
  return sum
}

/** Squared lengths of the units that meet none of the other annotator. */
function alone(a: readonly Unit[], b: readonly Unit[]): number {
  let sum = 0
  let from = 0
  for (const g of a) {
    while (from < b.length && (b[from] as Unit).end <= g.start) from++
    const h = b[from]
    if (!h || h.start >= g.end) sum += (g.end - g.start) ** 2
  }
  return sum
}

function expectedDisagreement(lists: readonly Unit[][], length: number): number {
  const m = lists.length
  const gaps: number[] = []
  const lengths: number[] = []
  for (const list of lists) {
    let at = 0
    for (const { start, end } of list) {
      if (start > at) gaps.push(start - at)
      lengths.push(end - start)
      at = end
    }
    if (length > at) gaps.push(length - at)
  }
  gaps.sort((x, y) => x - y)
  // Sums of the gaps from each place on, so that a unit's share is one look-up.
  const tail = new Float64Array(gaps.length + 1)
  for (let k = gaps.length - 1; k >= 0; k--) tail[k] = (tail[k + 1] as number) + (gaps[k] as number)
  let sum = 0
  let ownPairs = 0
  for (const l of lengths) {
    const first = firstAtLeast(gaps, l)
    const many = gaps.length - first
    sum += ((lengths.length - 1) / 3) * (2 * l ** 3 - 3 * l ** 2 + l)
    sum += l * l * ((tail[first] as number) - many * (l - 1))
    ownPairs += l * (l - 1)
  }
  const pairs = m * length * (m * length - 1) - ownPairs
  return pairs > 0 ? (2 / length) * (sum / pairs) : 0
}

function firstAtLeast(rising: readonly number[], limit: number): number {
  let low = 0
  let high = rising.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((rising[middle] as number) < limit) low = middle + 1
    else high = middle
  }
  return low
}
