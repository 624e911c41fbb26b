/** Features of pictures: one row of `dim` numbers for each. */
export interface Features {
  rows: number
  dim: number
  values: Float32Array | Float64Array
}

/** The rows of a set by their indices, in float64, one after the other. */
export function rowsAt(
  { values, dim }: Features,
  indices: ArrayLike<number>,
  out = new Float64Array(indices.length * dim),
): Float64Array {
  for (let i = 0; i < indices.length; i++) {
    const from = (indices[i] as number) * dim
    for (let c = 0; c < dim; c++) out[i * dim + c] = values[from + c] as number
  }
  return out
}

/** All rows in float64. */
export function allRows(features: Features): Float64Array {
  return Float64Array.from(features.values)
}
