import type { Page } from '@playwright/test'
import axe from 'axe-core'

interface Finding {
  rule: string
  nodes: string[]
}

/** axe over the whole window. It is injected as text, since the page's own policy allows no scripts. */
export async function findings(page: Page): Promise<Finding[]> {
  await page.evaluate(axe.source)
  return page.evaluate(async () => {
    const { axe: injected } = window as unknown as { axe: typeof axe }
    const { violations } = await injected.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'],
    })
    return violations.map(({ id, nodes }) => ({
      rule: id,
      nodes: nodes.slice(0, 3).map((node) => `${node.target.join(' ')}: ${node.failureSummary}`),
    }))
  })
}
