/** Pixels of a row that follow each other: `from` to `to`, both within. */
export interface Run {
  y: number
  from: number
  to: number
}

/** Pixels that hang together, and how many they are. */
export interface Component {
  runs: Run[]
  pixels: number
}

/**
 * The parts of a map above a threshold whose pixels touch, corners included (8-connected), in the
 * order of their first pixel. Runs of a row are joined with those of the row before by union-find.
 *
 * @param map row by row
 */
export function components(
  map: Float32Array,
  width: number,
  height: number,
  threshold: number,
): Component[] {
  const runs: Run[] = []
  const parents: number[] = []
  const rootOf = (i: number): number => {
    let root = i
    while (parents[root] !== root) root = parents[root] as number
    while (parents[i] !== root) [i, parents[i]] = [parents[i] as number, root]
    return root
  }
  let before = 0
  for (let y = 0; y < height; y++) {
    const first = runs.length
    runsOfRow(map, y * width, width, threshold, (from, to) => {
      const own = runs.push({ y, from, to }) - 1
      parents.push(own)
      // Those that end before this one begins touch none of the later ones either.
      while (before < first && (runs[before] as Run).to < from - 1) before++
      for (let i = before; i < first && (runs[i] as Run).from <= to + 1; i++) {
        const [a, b] = [rootOf(i), rootOf(own)]
        parents[Math.max(a, b)] = Math.min(a, b)
      }
    })
    before = first
  }
  const found = new Map<number, Component>()
  for (const [i, run] of runs.entries()) {
    const root = rootOf(i)
    const component = found.get(root) ?? { runs: [], pixels: 0 }
    component.runs.push(run)
    component.pixels += run.to - run.from + 1
    found.set(root, component)
  }
  return [...found.values()]
}

function runsOfRow(
  map: Float32Array,
  start: number,
  width: number,
  threshold: number,
  found: (from: number, to: number) => void,
): void {
  for (let x = 0; x < width; x++) {
    if (!((map[start + x] as number) > threshold)) continue
    const from = x
    while (x + 1 < width && (map[start + x + 1] as number) > threshold) x++
    found(from, x)
  }
}
