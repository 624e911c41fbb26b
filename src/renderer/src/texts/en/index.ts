import { app } from './app.ts'
import { bases } from './bases.ts'
import { corpora } from './corpora.ts'
import { cutoff } from './cutoff.ts'
import { exporting } from './export.ts'
import { facets } from './facets.ts'
import { fetch } from './fetch.ts'
import { generate } from './generate.ts'
import { importing } from './import.ts'
import { jobs } from './jobs.ts'
import { judge } from './judge.ts'
import { label } from './label.ts'
import { duplicates } from './duplicates.ts'
import { map } from './map.ts'
import { marks } from './marks.ts'
import { measures } from './measures.ts'
import { pairs } from './pairs.ts'
import { palette } from './palette.ts'
import { query } from './query.ts'
import { rating } from './rating.ts'
import { reasons } from './reasons.ts'
import { report } from './report.ts'
import { scoring } from './scoring.ts'
import { search } from './search.ts'
import { settings } from './settings.ts'
import { table } from './table.ts'
import { finding } from './finding.ts'
import { train } from './train.ts'
import { ui } from './ui.ts'
import { versions } from './versions.ts'

/** Every text of the window in English, by the part of the window that shows it. */
export const en = {
  app,
  bases,
  corpora,
  cutoff,
  exporting,
  facets,
  fetch,
  generate,
  importing,
  jobs,
  judge,
  label,
  map,
  duplicates,
  marks,
  measures,
  pairs,
  palette,
  query,
  rating,
  reasons,
  report,
  scoring,
  search,
  settings,
  table,
  finding,
  train,
  ui,
  versions,
} as const
