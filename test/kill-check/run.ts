/**
 * Kills jobs of all kinds, spread evenly, and prints a table of what was wrong after it.
 *
 *     node test/kill-check/run.ts [--kills 200] [--seed 1] [--only KIND] [--lanes 2]
 */
import { parseArgs } from 'node:util'
import { seededRandom } from '#shared/random.ts'
import { openKillCheck } from '../support/kill/kill.ts'
import { KILL_KINDS } from '../support/kill/kinds.ts'

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
    lanes: { type: 'string', default: '2' },
  },
})
const wanted = Number(values.kills)
const names = [...KILL_KINDS.keys()].filter((name) => name.startsWith(values.only ?? ''))
const COLUMNS = ['kills', 'inside', 'attempts', 'span sets', 'left files', 'other', 'orphans']
const rows = new Map(names.map((name) => [name, COLUMNS.map(() => 0)]))
const print = (name: string, numbers: readonly (string | number)[]): void =>
  console.log(name.padEnd(22) + numbers.map((number) => String(number).padStart(12)).join(''))

const check = await openKillCheck()
let begun = 0
let kills = 0
let faults = 0

async function killOnce(): Promise<void> {
  const n = begun++
  const name = names[n % names.length] as string
  const killed = await check.kill(name, seededRandom(Number(values.seed) * 100_000 + n))
  kills += killed.kills
  const count = (what: string): number => killed.found.filter((one) => one.what === what).length
  const numbers = [killed.kills, killed.inside, count('attempts'), count('span sets')]
  numbers.push(count('left file'), count('other'), killed.orphans.length)
  const row = rows.get(name) as number[]
  for (const [i, number] of numbers.entries()) row[i] = (row[i] as number) + number
  console.log(`${kills} of ${wanted}: ${name}, killed by${killed.at}`)
  for (const { what, detail } of killed.found) console.log(`FAILED ${name}: ${what}: ${detail}`)
  for (const line of killed.orphans) console.log(`FAILED ${name}: lives on: ${line}`)
  faults += killed.found.length + killed.orphans.length
}

try {
  const lane = async (): Promise<void> => {
    while (kills < wanted) await killOnce()
  }
  await Promise.all(Array.from({ length: Number(values.lanes) }, lane))
} finally {
  await check.close()
}
console.log('')
print('', COLUMNS)
for (const [name, numbers] of rows) print(name, numbers)
const all = [...rows.values()]
print(
  'all',
  COLUMNS.map((_, i) => all.reduce((sum, row) => sum + (row[i] as number), 0)),
)
process.exitCode = faults === 0 ? 0 : 1
