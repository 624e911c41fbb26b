import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { openNpy } from '../../src/main/tables/npy.ts'
import type { Features } from '../../src/main/evaluation/measures/features.ts'
import { sharedData } from './shared-data.ts'

/** Values by pytorch-fid, clean-fid, torchmetrics and cmmd-pytorch; see the README beside them. */
export interface Distances {
  fid: {
    case: 'a-b' | 'a-a' | 'c-d' | 'a-c' | 'dup'
    pytorch_fid: number
    symmetric_eigenvalues_float64: number
    mean_term: number
    trace_a: number
    trace_b: number
  }[]
  kid: {
    case: string
    clean_fid_float64: number
    subset_indices_first_set: number[][]
    subset_indices_second_set: number[][]
    torchmetrics_poly_mmd_per_subset_float64: number[]
  }[]
  kid_full_sets_unbiased_a_b: number
  cmmd: { values: { case: string; normalised: boolean; cmmd_float64: number }[] }
}

/** The folder of the references, or null where it is not there. */
export const fidFolder = sharedData('reference/fid')

export function readDistances(): Distances {
  return JSON.parse(readFileSync(join(fidFolder as string, 'distances.json'), 'utf8')) as Distances
}

/** The sets a, b, c (singular) and d (singular). */
export async function readFeatureSets(): Promise<Record<'a' | 'b' | 'c' | 'd', Features>> {
  const read = async (name: string): Promise<Features> => {
    const file = await openNpy(join(fidFolder as string, `features-${name}.npy`))
    const values = await file.read(0, file.rows)
    await file.close()
    return { rows: file.rows, dim: file.dims, values }
  }
  return {
    a: await read('a'),
    b: await read('b'),
    c: await read('c_small'),
    d: await read('d_small'),
  }
}
