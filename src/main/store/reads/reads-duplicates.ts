import type {
  DuplicateGroup,
  DuplicateMember,
  DuplicateState,
} from '#shared/contract/duplicates.ts'
import type { ScoreSource } from '#shared/contract/pairs.ts'
import { DUPLICATE_KINDS } from '#shared/duplicates.ts'
import type { DuplicateKind } from '#shared/duplicates.ts'
import { AppError } from '#shared/errors.ts'
import type { Filters } from './filters.ts'
import { lru } from './lru.ts'
import type { ReaderDb } from '../open.ts'
import { decisionsOf } from '../repositories/duplicate-decisions.ts'
import type { Decided } from '../repositories/duplicate-decisions.ts'
import { findModel, textKey } from '../repositories/models.ts'
import type { ScoreKind } from '../repositories/models.ts'
import { pairRows } from '../repositories/pairs.ts'
import { statement } from '../statements.ts'
import { duplicateGroups } from './duplicate-groups.ts'
import type { Groups } from './duplicate-groups.ts'
import { chosenOf, sizeOf } from './duplicate-picks.ts'
import { readWhere } from './score-ref.ts'
import type { Versions } from './versions.ts'

export interface DuplicateReadContext {
  db: ReaderDb
  version: Versions
  filters: Filters
}

type Only = 'all' | 'open' | 'decided'

interface GroupArgs {
  kind: DuplicateKind
  where: string
  score: ScoreSource | null
  only: Only
  offset: number
  limit: number
  members: number
}

/** Groups as a filter leaves them, in the order in which they are listed. */
interface Listed {
  groups: Groups
  /** Members that pass, group after group, best first. */
  members: Int32Array
  starts: number[]
}

/** Groups of duplicates, page by page. */
export function createDuplicateReads({ db, version, filters }: DuplicateReadContext) {
  const lists = lru<Listed>(4)

  function listed(args: Pick<GroupArgs, 'kind' | 'where' | 'score' | 'only'>): Listed {
    const query = readWhere(args.where)
    const groups = duplicateGroups(db, args.kind)
    const said = `${version.duplicates} ${groups.grouping?.uid} ${version.pairs} ${version.images} ${version.scores}`
    const key = JSON.stringify([args, filters.stamp(query), said])
    return lists.get(key, () => makeList(groups, filters.idsOf(query, args.score), args.only))
  }

  function makeList(groups: Groups, ids: Int32Array, only: Only): Listed {
    const { overall, apart } = decisionsOf(db)
    const isApart = apart[groups.kind]
    const passing = new Uint8Array(groups.members.length + 1)
    const sizes = new Int32Array(groups.count + 1)
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i] as number
      const group = groups.groupOf[id] ?? 0
      if (group === 0) continue
      passing[groups.placeOf[id] as number] = 1
      sizes[group]!++
    }
    // One that was told apart still stands beside the others, so that it can be taken back.
    const isDecided = new Uint8Array(groups.count + 1)
    for (const id of [...overall.keys(), ...isApart.keys()]) {
      isDecided[groups.groupOf[id] ?? 0] = 1
    }
    const wanted: number[] = []
    for (let group = 1; group <= groups.count; group++) {
      if ((sizes[group] as number) < 2) continue
      if (only !== 'all' && (isDecided[group] === 1) !== (only === 'decided')) continue
      wanted.push(group)
    }
    wanted.sort((a, b) => (sizes[b] as number) - (sizes[a] as number) || a - b)
    const starts = [0]
    const members = new Int32Array(wanted.reduce((sum, group) => sum + (sizes[group] as number), 0))
    let at = 0
    for (const group of wanted) {
      for (let i = groups.starts[group] as number; i < (groups.starts[group + 1] as number); i++) {
        if (passing[i + 1] === 1) members[at++] = groups.members[i] as number
      }
      starts.push(at)
    }
    return { groups, members, starts }
  }

  function scoreOf(score: ScoreSource | null): ScoreKind | null {
    if (!score) return null
    const { model, text } = score
    return { modelId: findModel(db, model).id, text, key: textKey(db, text) }
  }

  function described(
    groups: Groups,
    members: Int32Array,
    args: { score: ScoreSource | null; members: number },
  ): DuplicateGroup {
    const decisions = decisionsOf(db)
    const sorted = members.slice().sort()
    const group = groups.groupOf[members[0] as number] as number
    const keeper = chosenOf(groups, decisions, sorted)[group] || null
    const { overall, apart } = decisions
    const said = (id: number): Decided | null =>
      apart[groups.kind].get(id) ?? overall.get(id) ?? null
    const second =
      members.find(
        (id) => id !== keeper && !apart[groups.kind].has(id) && said(id)?.decision !== 'drop',
      ) ?? null
    const isSaid = keeper !== null && said(keeper)?.decision === 'keep'
    const rule =
      isSaid || keeper === null || second === null ? 'decided' : groups.rule(keeper, second)
    const score = scoreOf(args.score)
    const shown = members.subarray(0, args.members)
    const rows = new Map(
      pairRows(db, { ids: shown, prefer: args.score?.text ?? null, score }).map((row) => [
        row.id,
        row,
      ]),
    )
    return {
      id: sorted[0] as number,
      keeper,
      why: { rule, second },
      size: members.length,
      decided: members.some((id) => said(id) !== null),
      members: Array.from(shown, (id): DuplicateMember[] => {
        const pair = rows.get(id)
        const about = aboutPair(id)
        if (!pair || !about) return []
        const by = said(id)
        return [
          {
            pair,
            decision: by?.decision ?? null,
            said: by && { person: by.person, at: by.at },
            distance: groups.distance(id),
            view: groups.view(id),
            colour: groups.colour(id),
            ...about,
          },
        ]
      }).flat(),
    }
  }

  function aboutPair(
    id: number,
  ): Pick<DuplicateMember, 'mime' | 'bytes' | 'host' | 'date'> | undefined {
    return statement<Pick<DuplicateMember, 'mime' | 'bytes' | 'host' | 'date'>>(
      db,
      `SELECT i.mime, i.bytes, g.host, g.date FROM pairs p JOIN images i ON i.id = p.image_id
         JOIN pages g ON g.id = p.page_id WHERE p.id = ?`,
    ).get(id)
  }

  function stateOf(kind: DuplicateKind): DuplicateState {
    const { overall, apart } = decisionsOf(db)
    const said = [...overall.values()]
    const decided = {
      keep: said.filter(({ decision }) => decision === 'keep').length,
      drop: said.filter(({ decision }) => decision === 'drop').length,
      apart: apart[kind].size,
    }
    let groups: Groups
    try {
      groups = duplicateGroups(db, kind)
    } catch (error) {
      if (!(error instanceof AppError) || error.kind !== 'not-found') throw error
      const none = { groups: 0, members: 0, copies: 0, things: 0, waiting: 0, leftOut: [] }
      return { kind, made: null, ...none, decided }
    }
    const { grouping, members, things, waiting } = groups
    return {
      kind,
      made: {
        at: grouping?.madeAt ?? null,
        threshold: grouping?.threshold ?? null,
        by: grouping?.by ?? null,
        colours: grouping?.colours ?? null,
      },
      groups: groups.count,
      members: members.length,
      copies: members.length - groups.count,
      ...{ things, waiting, leftOut: grouping?.leftOut ?? [], decided },
    }
  }

  return {
    duplicateState(): DuplicateState[] {
      return DUPLICATE_KINDS.map(stateOf)
    },

    duplicateGroups(args: GroupArgs): { total: number; pairs: number; groups: DuplicateGroup[] } {
      const { offset, limit, members: most, ...which } = args
      const { kind, where, score, only } = which
      const { groups, members, starts } = listed({ kind, where, score, only })
      const total = starts.length - 1
      const page: DuplicateGroup[] = []
      for (let at = offset; at < Math.min(total, offset + limit); at++) {
        const part = members.subarray(starts[at], starts[at + 1])
        page.push(described(groups, part, { score, members: most }))
      }
      return { total, pairs: members.length, groups: page }
    },

    duplicateGroup(args: {
      kind: DuplicateKind
      id: number
      score: ScoreSource | null
      members: number
    }): DuplicateGroup | null {
      const groups = duplicateGroups(db, args.kind)
      const group = groups.groupOf[args.id] ?? 0
      if (group === 0) return null
      const from = groups.starts[group] as number
      const part = groups.members.subarray(from, from + sizeOf(groups.starts, group))
      return described(groups, part, args)
    },
  }
}
