import type { AltKind } from '#shared/alt-kinds.ts'
import { templateKeys } from './alt-templates.ts'
import { altJudge } from './useless-alts.ts'
import type { UselessAltRule } from './useless-alt-rules.ts'

/** What an alt is, and the rule that says so. */
export interface SortedAlt {
  kind: AltKind
  rule: string | null
}

/** The name of the rule for texts that stand on many sites. */
export const REPEATED = 'repeated-on-sites'

/**
 * Sorts alts: machine rules first, then those for useless alts, then templates; what none takes are
 * words of a person as far as rules can tell.
 * @param templates as `countTemplates` found them
 * @throws AppError `invalid-input` for a pattern that is no regular expression
 */
export function altSorter(
  rules: { machine: readonly UselessAltRule[]; useless: readonly UselessAltRule[] },
  templates: ReadonlySet<string>,
  minWords: number,
): (alt: string | null) => SortedAlt {
  const machine = altJudge(rules.machine)
  const useless = altJudge(rules.useless)
  return (alt) => {
    if (alt === null) return { kind: 'absent', rule: null }
    if (alt.trim() === '') return { kind: 'empty', rule: null }
    const written = machine(alt)
    if (written && written.rule !== 'empty') return { kind: 'machine', rule: written.rule }
    const says = useless(alt)
    if (says) return { kind: says.rule === 'empty' ? 'empty' : 'uninformative', rule: says.rule }
    if (templates.size > 0 && templateKeys(alt, minWords).some((key) => templates.has(key))) {
      return { kind: 'machine', rule: REPEATED }
    }
    return { kind: 'words', rule: null }
  }
}
