/**
 * The query language of the filter bar and of `--where`. Pure: `parseQuery` gives a tree that the
 * store turns into SQL, `printQuery` its canonical form.
 */
export type { Comparison, Query, ScoreRef } from './ast.ts'
export { ALL, and, or, parts } from './ast.ts'
export {
  ALT_SPAN_KINDS,
  FIELDS,
  SCORE_TEXTS,
  WORD_TEXTS,
  fieldNamed,
  isPlainColumn,
} from './fields.ts'
export type { FieldInfo, FieldKind, FieldName, WordText } from './fields.ts'
export { QueryError, checkQuery, parseQuery } from './parse.ts'
export { patternProblem } from './pattern.ts'
export { hitsIn } from './hits.ts'
export type { Hit } from './hits.ts'
export { printQuery } from './print.ts'
export { QUERY_EXAMPLES } from './examples.ts'
export type { QueryExample } from './examples.ts'
export { clickedFacet, columnBounds, facetChoice, FACETS, withColumnBounds } from './facets.ts'
export type { Facet, FacetChoice } from './facets.ts'
export { completeQuery } from './complete.ts'
export type { Completion, CompletionItem } from './complete.ts'
