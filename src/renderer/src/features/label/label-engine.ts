import { useUi } from '../../state/ui.ts'

/** Waits for the engine that is started after a crash; false = it did not come back. */
export async function engineBack(): Promise<boolean> {
  for (let i = 0; i < 300; i++) {
    await new Promise((resolve) => setTimeout(resolve, 100))
    if (i >= 2 && useUi().engine.state === 'ready') return true
  }
  return false
}
