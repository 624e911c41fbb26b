import { ANIMALS } from './animals.ts'
import { BUILDINGS } from './buildings.ts'
import { FOOD } from './food.ts'
import { NATURE } from './nature.ts'
import { THINGS } from './things.ts'
import type { Thing } from './types.ts'
import { VEHICLES } from './vehicles.ts'

/** Everything that can be drawn. */
export const CATALOGUE: readonly Thing[] = [
  ...ANIMALS,
  ...VEHICLES,
  ...BUILDINGS,
  ...FOOD,
  ...THINGS,
  ...NATURE,
]

const byName = new Map(CATALOGUE.map((item) => [item.name, item]))

/** The thing of this name. Throws RangeError when there is none. */
export function thingNamed(name: string): Thing {
  const found = byName.get(name)
  if (!found) throw new RangeError(`nothing in the catalogue is called "${name}"`)
  return found
}
