import type { StudyMeasurement } from '../contract/study-measures.ts'

/** What was measured, with the study's models under other names. Its other words name none of them. */
export function renameModels(
  result: StudyMeasurement,
  nameOf: (name: string) => string,
): StudyMeasurement {
  const renamed = <T extends { model: string }>(row: T): T => ({ ...row, model: nameOf(row.model) })
  switch (result.measure) {
    case 'compliance':
      return {
        ...result,
        parts: result.parts.map((part) => ({
          ...part,
          models: part.models.map(renamed),
          pairs: part.pairs.map((pair) => ({ ...pair, a: nameOf(pair.a), b: nameOf(pair.b) })),
        })),
      }
    case 'complexity':
      return { ...result, pictures: result.pictures.map(renamed) }
    case 'matrix':
      return {
        ...result,
        rows: result.rows.map((row) => ({
          ...renamed(row),
          compliance: row.compliance && renamed(row.compliance),
          numbers: row.numbers.map((number) => {
            const [own, references] = number.sets
            return { ...number, sets: [{ ...own, source: nameOf(row.model) }, references] }
          }),
        })),
      }
  }
}

/** What was measured without what tells models by their files: how many there are, in which formats. */
export function blinded(result: StudyMeasurement): StudyMeasurement {
  switch (result.measure) {
    case 'compliance':
      return {
        ...result,
        parts: result.parts.map((part) => ({
          ...part,
          models: part.models.map((row) => ({ ...row, pictures: null })),
        })),
      }
    case 'complexity':
      return {
        ...result,
        pictures: result.pictures.map((row) => ({ ...row, available: null, leftOut: {} })),
      }
    case 'matrix':
      return {
        ...result,
        rows: result.rows.map((row) => ({
          ...row,
          available: null,
          compliance: row.compliance && { ...row.compliance, pictures: null },
          numbers: row.numbers.map((number) => {
            const [{ source, n }, references] = number.sets
            return {
              ...number,
              sets: [{ source, n, available: n, formats: {}, leftOut: {} }, references],
            }
          }),
        })),
      }
  }
}
