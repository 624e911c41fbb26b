import type { AltKind } from '#shared/alt-kinds.ts'
import type { ReaderDb } from '../open.ts'
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
