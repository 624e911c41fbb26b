import type { AltKindRules } from '#shared/contract/alt-kinds.ts'
import type { UselessAltRuleValue } from '#shared/contract/spans.ts'
import { MACHINE_ALT_RULES, REPEATED_TEXTS } from '../../labeling/machine-alt-rules.ts'
import type { UselessAltRule } from '../../labeling/useless-alt-rules.ts'
import { USELESS_ALT_RULES } from '../../labeling/useless-alt-rules.ts'
import type { KeptFile, RulesFile } from './home.ts'

/** The rules for useless alts: one's own, or those of the program. */
export function rulesInUse(file: RulesFile): { rules: UselessAltRuleValue[]; own: boolean } {
  const own = file.get()
  return {
    rules: own ?? copied(USELESS_ALT_RULES),
    own: own !== null,
  }
}

/** The rules for alts that a machine wrote: one's own, or those of the program. */
export function altKindRulesInUse(file: KeptFile<AltKindRules>): {
  rules: AltKindRules
  own: boolean
} {
  const own = file.get()
  return {
    rules: own ?? { machine: copied(MACHINE_ALT_RULES), repeated: { ...REPEATED_TEXTS } },
    own: own !== null,
  }
}

function copied(rules: readonly UselessAltRule[]): UselessAltRuleValue[] {
  return rules.map((rule) => ({
    ...rule,
    examples: [...rule.examples],
    spares: [...rule.spares],
  }))
}
