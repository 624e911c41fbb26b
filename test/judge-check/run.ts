/**
 * How often the intervals of "Judge here" hold the truth: the sample corpus is made by the command
 * line, its truth file answers, and at each of five cutoffs it is judged 2,000 times with the seeds
 * 1 to 2,000.
 *
 *     npm run judge-check [-- --runs 2000] [--size 200] [--write]
 *
 * With --write the scores and answers are kept for the tests.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { asText, KEPT, makePopulation } from './sample-population.ts'
import { coverage, CUTOFFS, type Covered } from './simulate.ts'

/** Of judgings whose interval holds the truth. */
const ENOUGH = 0.935

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '2000' },
    size: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
})
const folder = mkdtempSync(join(tmpdir(), 'gleaner-judge-check-'))
try {
  const population = await makePopulation(folder)
  if (values.write) writeFileSync(KEPT, asText(population))
  console.log(`${population.scores.length} pairs; 95 % intervals; held at least ${100 * ENOUGH} %`)
  const line = (name: string, { truth, covered, runs, width, mean }: Covered): string =>
    `${name} ${truth.toFixed(4)} mean ${mean.toFixed(4)} held ${((100 * covered) / runs).toFixed(2)} % width ${width.toFixed(3)}`
  for (const size of values.size ? [Number(values.size)] : [100, 200]) {
    for (const cutoff of CUTOFFS) {
      const { precision, recall } = coverage(population, cutoff, size, Number(values.runs))
      console.log(
        `n=${size} cutoff ${cutoff.toFixed(2)}: ${line('precision', precision)} | ${line('recall', recall)}`,
      )
      for (const { covered, runs } of [precision, recall]) {
        if (covered / runs < ENOUGH) process.exitCode = 1
      }
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
