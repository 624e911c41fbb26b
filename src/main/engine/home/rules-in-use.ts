import type { UselessAltRuleValue } from '#shared/contract/spans.ts'
import { USELESS_ALT_RULES } from '../../labeling/useless-alt-rules.ts'
import type { RulesFile } from './home.ts'

/** The rules for useless alts: one's own, or those of the program. */
export function rulesInUse(file: RulesFile): { rules: UselessAltRuleValue[]; own: boolean } {
  const own = file.get()
  return {
    rules:
      own ??
      USELESS_ALT_RULES.map((rule) => ({
        ...rule,
        examples: [...rule.examples],
        spares: [...rule.spares],
      })),
    own: own !== null,
  }
}
