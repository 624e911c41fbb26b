import { shallowRef } from 'vue'
import type { CallOutput, UselessAltRuleValue } from '#shared/contract/index.ts'
import { useClient } from '../../bridge/client.ts'
import type { TrainContext } from './train-context.ts'

export type RulesTried = CallOutput<'spans.tryRules'>

/** The rules by which an alt says nothing of its picture; those of this machine or the program's. */
export function createRules({ corpus }: TrainContext) {
  const rules = shallowRef<{ rules: readonly UselessAltRuleValue[]; own: boolean } | null>(null)

  async function loadRules(): Promise<void> {
    rules.value = await useClient().call('spans.rules', {})
  }

  /** What rules would take here, without keeping them. @throws AppError for a rule that is wrong */
  async function tryRules(list: readonly UselessAltRuleValue[]): Promise<RulesTried | null> {
    if (!corpus.value) return null
    return useClient().call('spans.tryRules', { corpus: corpus.value, rules: [...list] })
  }

  /** Keeps rules for this machine; null = those of the program. @throws AppError when one is wrong */
  async function keepRules(list: readonly UselessAltRuleValue[] | null): Promise<void> {
    await useClient().call('spans.setRules', { rules: list === null ? null : [...list] })
    await loadRules()
  }

  return { rules, load: loadRules, tryRules, keepRules }
}
