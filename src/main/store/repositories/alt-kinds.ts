import type { AltKind } from '#shared/alt-kinds.ts'
import { ALT_KINDS } from '#shared/alt-kinds.ts'
import type { AltKindReport } from '#shared/contract/alt-kinds.ts'
import type { ReaderDb, WriterDb } from '../open.ts'
import { statement } from '../statements.ts'

/** What kind of text a pair's alt is, and by which rule; null = it was not sorted yet. */
export function altKindOf(
  db: ReaderDb,
  pairId: number,
): { kind: AltKind; rule: string | null } | null {
  return (
    statement<{ kind: AltKind; rule: string | null }>(
      db,
      `SELECT k.kind, r.name AS rule FROM alt_kinds k LEFT JOIN alt_rules r ON r.id = k.rule_id
       WHERE k.pair_id = ?`,
    ).get(pairId) ?? null
  )
}

/** Pairs by the kind of their alt; null = alts were never sorted. */
export function countAltKinds(db: ReaderDb): Partial<Record<AltKind, number>> | null {
  const rows = statement<{ kind: AltKind; n: number }>(
    db,
    'SELECT kind, count(*) AS n FROM alt_kinds GROUP BY kind ORDER BY n DESC',
  ).all()
  return rows.length === 0 ? null : Object.fromEntries(rows.map(({ kind, n }) => [kind, n]))
}

interface PlacedAltRow {
  id: number
  alt: string | null
  host: string
  picture: number
  url: string
}

/** All alts with the host of their page ('' = it has none), address and number of their picture, by id. */
export function eachPlacedAlt(db: ReaderDb): IterableIterator<PlacedAltRow> {
  return statement<PlacedAltRow>(
    db,
    `SELECT p.id, p.alt, g.host, p.image_id AS picture, i.url FROM pairs p
     CROSS JOIN pages g ON g.id = p.page_id CROSS JOIN images i ON i.id = p.image_id ORDER BY p.id`,
  ).iterate()
}

/** Takes out what an earlier run found. */
export function forgetAltKinds(db: WriterDb): void {
  db.exec('DELETE FROM alt_kinds; DELETE FROM alt_rules; DELETE FROM alt_templates')
}

/** Begins anew, with the rules that will be named and the texts that stand on many sites. */
export function beginAltKinds(
  db: WriterDb,
  head: {
    rules: readonly { kind: AltKind; name: string; explanation: string }[]
    templates: readonly { text: string; sites: number; pairs: number }[]
  },
): void {
  forgetAltKinds(db)
  const addRule = statement(
    db,
    'INSERT INTO alt_rules (id, name, kind, explanation) VALUES (?, ?, ?, ?)',
  )
  for (const [i, rule] of head.rules.entries()) {
    addRule.run(i + 1, rule.name, rule.kind, rule.explanation)
  }
  const addTemplate = statement(
    db,
    'INSERT INTO alt_templates (text, sites, pairs) VALUES (?, ?, ?)',
  )
  for (const { text, sites, pairs } of head.templates) addTemplate.run(text, sites, pairs)
}

/** @param batch kinds by their place in `ALT_KINDS`, rules by that in the list; -1 = none */
export function putAltKinds(
  db: WriterDb,
  batch: { ids: readonly number[]; kinds: readonly number[]; rules: readonly number[] },
): void {
  const put = statement(db, 'INSERT INTO alt_kinds (pair_id, kind, rule_id) VALUES (?, ?, ?)')
  for (const [i, id] of batch.ids.entries()) {
    const rule = batch.rules[i] as number
    put.run(id, ALT_KINDS[batch.kinds[i] as number], rule < 0 ? null : rule + 1)
  }
}

/** `altKinds.report`. */
export function altKindReport(db: ReaderDb, { examples }: { examples: number }): AltKindReport {
  const kinds = countAltKinds(db) ?? {}
  const pairs = statement<{ n: number }>(db, 'SELECT count(*) AS n FROM pairs').get()?.n ?? 0
  const sorted = Object.values(kinds).reduce((sum, n) => sum + n, 0)
  const some = statement<{ alt: string }>(
    db,
    `SELECT p.alt, count(*) AS n FROM alt_kinds k JOIN pairs p ON p.id = k.pair_id
     WHERE k.rule_id = ? GROUP BY p.alt ORDER BY n DESC, p.alt LIMIT ?`,
  )
  return {
    pairs,
    unsorted: pairs - sorted,
    kinds,
    rules: statement<{ id: number; name: string; kind: AltKind; explanation: string; n: number }>(
      db,
      `SELECT r.id, r.name, r.kind, r.explanation, count(k.pair_id) AS n FROM alt_rules r
       LEFT JOIN alt_kinds k ON k.rule_id = r.id GROUP BY r.id ORDER BY n DESC, r.id`,
    )
      .all()
      .map(({ id, ...rule }) => ({
        ...rule,
        examples: rule.n === 0 ? [] : some.all(id, examples).map(({ alt }) => alt),
      })),
    templates: statement<{ text: string; sites: number; pairs: number }>(
      db,
      'SELECT text, sites, pairs FROM alt_templates ORDER BY pairs DESC, text LIMIT 200',
    ).all(),
  }
}
