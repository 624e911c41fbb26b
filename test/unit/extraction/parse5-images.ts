import { parse, type DefaultTreeAdapterTypes as Tree } from 'parse5'

/** `src` and `alt` of every `<img>` of a page, in document order, by parse5. */
export function parse5Images(html: string): [string | null, string | null][] {
  const found: [string | null, string | null][] = []
  const stack: Tree.Node[] = [parse(html, { scriptingEnabled: false })]
  while (stack.length > 0) {
    const node = stack.pop() as Tree.Node
    if ('tagName' in node && node.tagName === 'img') {
      const value = (name: string): string | null =>
        node.attrs.find((attribute) => attribute.name === name)?.value ?? null
      found.push([value('src'), value('alt')])
    }
    if ('childNodes' in node) {
      for (let i = node.childNodes.length - 1; i >= 0; i--)
        stack.push(node.childNodes[i] as Tree.Node)
    }
  }
  return found
}
