/**
 * Kills jobs of all kinds, spread evenly, and prints a table of what was wrong after it.
 *
 *     node test/kill-check/run.ts [--kills 200] [--seed 1] [--only KIND]
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
  },
})
const wanted = Number(values.kills)
const names = [...KILL_KINDS.keys()].filter((name) => name.startsWith(values.only ?? ''))
const COLUMNS = ['kills', 'inside', 'attempts', 'span sets', 'left files', 'other', 'orphans']
const rows = new Map(names.map((name) => [name, COLUMNS.map(() => 0)]))
const print = (name: string, numbers: readonly (string | number)[]): void =>
  console.log(name.padEnd(22) + numbers.map((number) => String(number).padStart(12)).join(''))

const check = await openKillCheck()
let kills = 0
let faults = 0
try {
  for (let round = 0; kills < wanted; round++) {
    for (const [i, name] of names.entries()) {
      if (kills >= wanted) break
      const random = seededRandom(Number(values.seed) * 100_000 + round * 100 + i)
      const killed = await check.kill(name, random)
      kills += killed.kills
      const count = (what: string): number => killed.found.filter((one) => one.what === what).length
      const numbers = [killed.kills, killed.inside, count('attempts'), count('span sets')]
      numbers.push(count('left file'), count('other'), killed.orphans.length)
      const row = rows.get(name) as number[]
      for (const [i, number] of numbers.entries()) row[i] = (row[i] as number) + number
      for (const { what, detail } of killed.found)
        console.log(`FAILED ${name} at${killed.at}: ${what}: ${detail}`)
      for (const line of killed.orphans)
        console.log(`FAILED ${name} at${killed.at}: lives: ${line}`)
      faults += killed.found.length + killed.orphans.length
    }
  }
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
