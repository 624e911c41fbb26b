import { fieldNamed } from '#shared/query/index.ts'
import { lru } from './lru.ts'
import { marksOf } from './mark-state.ts'
import type { ReaderDb } from '../open.ts'
import type { Versions } from './versions.ts'

/** Values that a field of the filter has in the corpus, offered while one is typed. */
export function createSuggestReads({ db, version }: { db: ReaderDb; version: Versions }) {
  const suggestions = lru<{ value: string; n: number }[]>(16)

  /** Tags, and who gave them: told from memory. */
  function said(field: 'tag' | 'marker', prefix: string): { value: string; n: number }[] {
    const { tags, people } = marksOf(db).summary()
    const all =
      field === 'tag'
        ? tags.map(({ tag, n }) => ({ value: tag, n }))
        : people.map(({ name, keep, reject, unsure }) => ({
            value: name,
            n: keep + reject + unsure,
          }))
    const start = prefix.toLowerCase()
    return all.filter(({ value }) => value.toLowerCase().startsWith(start)).slice(0, 50)
  }

  return {
    /** Rows changed: what was offered before is read again. */
    forget: () => suggestions.clear(),

    suggest(args: { field: string; prefix: string }): { value: string; n: number }[] {
      const field = fieldNamed(args.field)
      if (!field) return []
      if (field.name === 'tag' || field.name === 'marker') return said(field.name, args.prefix)
      const sql = SUGGEST[field.name]
      if (!sql) return []
      const all = suggestions.get(
        `${field.name} ${version.pairs} ${version.images} ${version.labels} ${version.kinds}`,
        () => db.prepare<[], { value: string; n: number }>(sql).all(),
      )
      const prefix = args.prefix.toLowerCase()
      return all.filter(({ value }) => value.toLowerCase().startsWith(prefix)).slice(0, 50)
    },
  }
}

const SUGGEST: Partial<Record<string, string>> = {
  host: `SELECT g.host AS value, count(*) AS n FROM pairs p CROSS JOIN pages g ON g.id = p.page_id
    GROUP BY g.host ORDER BY n DESC, value LIMIT 10000`,
  lang: `SELECT g.language AS value, count(*) AS n FROM pairs p CROSS JOIN pages g ON g.id = p.page_id
    WHERE g.language IS NOT NULL GROUP BY g.language ORDER BY n DESC, value LIMIT 10000`,
  archive: `SELECT a.name AS value, count(*) AS n FROM pairs p CROSS JOIN pages g ON g.id = p.page_id
    CROSS JOIN archives a ON a.id = g.archive_id GROUP BY a.id ORDER BY n DESC, value LIMIT 10000`,
  status: `SELECT i.status AS value, count(*) AS n FROM pairs p CROSS JOIN images i ON i.id = p.image_id
    GROUP BY i.status ORDER BY n DESC, value`,
  mime: `SELECT i.mime AS value, count(*) AS n FROM pairs p CROSS JOIN images i ON i.id = p.image_id
    WHERE i.mime IS NOT NULL GROUP BY i.mime ORDER BY n DESC, value LIMIT 10000`,
  labeled: `SELECT annotator AS value, count(*) AS n FROM labels WHERE status = 'labeled'
    GROUP BY annotator ORDER BY n DESC, value LIMIT 10000`,
  flagged: `SELECT annotator AS value, count(*) AS n FROM labels WHERE flagged = 1
    GROUP BY annotator ORDER BY n DESC, value LIMIT 10000`,
  'alt-rule': `SELECT r.name AS value, count(*) AS n FROM alt_kinds k JOIN alt_rules r ON r.id = k.rule_id
    GROUP BY r.id ORDER BY n DESC, value`,
  label: `SELECT json_extract(s.value, '$.type') AS value, count(DISTINCT l.pair_id) AS n
    FROM labels l, json_each(l.state, '$.spans') s WHERE l.status = 'labeled' AND l.spans > 0
    GROUP BY 1 ORDER BY n DESC, value LIMIT 10000`,
}
