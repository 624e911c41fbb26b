import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'

const WINDOW = join(import.meta.dirname, '../../../../src/renderer/src')

/** An action as it is written in the sources. */
export interface FoundAction {
  /** `*` stands for what is filled in. */
  id: string
  file: string
  silent: boolean
}

function script(file: string, source: string): string {
  if (!file.endsWith('.vue')) return source
  return /<script setup lang="ts">([\s\S]*?)<\/script>/.exec(source)?.[1] ?? ''
}

function idOf(node: ts.Expression): string | null {
  if (ts.isStringLiteralLike(node)) return node.text
  if (!ts.isTemplateExpression(node)) return null
  return node.head.text + node.templateSpans.map((span) => `*${span.literal.text}`).join('')
}

/** Every object of the window's sources that has what makes an action. */
export function findActions(): FoundAction[] {
  const found: FoundAction[] = []
  for (const file of globSync('**/*.{ts,vue}', { cwd: WINDOW })) {
    const text = script(file, readFileSync(join(WINDOW, file), 'utf8'))
    const visit = (node: ts.Node): void => {
      if (ts.isObjectLiteralExpression(node)) {
        const parts = new Map(
          node.properties.flatMap((part) =>
            part.name ? [[part.name.getText(tree), part] as const] : [],
          ),
        )
        if (['id', 'title', 'group', 'keys', 'run'].every((name) => parts.has(name))) {
          const at = parts.get('id')
          const id = at && ts.isPropertyAssignment(at) ? idOf(at.initializer) : null
          if (id !== null) {
            const silent = parts.get('silent')
            found.push({ id, file, silent: silent !== undefined })
          }
        }
      }
      ts.forEachChild(node, visit)
    }
    const tree = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
    visit(tree)
  }
  return found
}
