import { defaultTreeAdapter, parse, type DefaultTreeAdapterTypes as Tree } from 'parse5'

/** An `<img>` by parse5: `src`, `alt`, and of its sources whatever `source` makes of them. */
export type Parse5Image = [src: string | null, alt: string | null, sources: (string | null)[]]

/** Elements of HTML that may have a shadow root (DOM standard, "valid shadow host name"). */
const HOSTS = new Set(
  'article aside blockquote body div footer h1 h2 h3 h4 h5 h6 header main nav p section span'.split(
    ' ',
  ),
)

function isHost(node: Tree.ParentNode): node is Tree.Element {
  return (
    'tagName' in node &&
    node.namespaceURI === 'http://www.w3.org/1999/xhtml' &&
    (HOSTS.has(node.tagName) ||
      (/^[a-z].*-/.test(node.tagName) &&
        !/^(?:annotation-xml|color-profile|font-face.*|missing-glyph)$/.test(node.tagName)))
  )
}

/**
 * Every `<img>` of a page in document order by parse5, without scripting. parse5 knows no
 * declarative shadow roots: a template that is one when it is opened counts as content.
 */
export function parse5Images(html: string): Parse5Image[] {
  const roots = new Map<Tree.Element, Tree.Element>()
  const shadows = new Set<Tree.Node>()
  const tree = parse(html, {
    scriptingEnabled: false,
    treeAdapter: {
      ...defaultTreeAdapter,
      onItemPush(node) {
        if (node.tagName !== 'template' || !node.parentNode || shadows.has(node)) return
        const mode = node.attrs.find(({ name }) => name === 'shadowrootmode')?.value
        if (mode === undefined || !/^(?:open|closed)$/i.test(mode)) return
        const host = node.parentNode
        if (!isHost(host) || roots.has(host)) return
        roots.set(host, node)
        shadows.add(node)
      },
    },
  })
  const found: Parse5Image[] = []
  const stack: Tree.Node[] = [tree]
  while (stack.length > 0) {
    const node = stack.pop() as Tree.Node
    if ('tagName' in node && node.tagName === 'img') {
      found.push([valueOf(node, 'src'), valueOf(node, 'alt'), sourcesOf(node)])
    }
    const children: Tree.Node[] = 'childNodes' in node ? [...node.childNodes] : []
    if (shadows.has(node)) children.push(...(node as Tree.Template).content.childNodes)
    for (let i = children.length - 1; i >= 0; i--) stack.push(children[i] as Tree.Node)
  }
  return found
}

function valueOf(node: Tree.Element, name: string): string | null {
  return node.attrs.find((attribute) => attribute.name === name)?.value ?? null
}

/** `srcset` of the `<source>` children of its own `<picture>` that come before it. */
function sourcesOf(image: Tree.Element): (string | null)[] {
  const parent = image.parentNode
  if (!parent || !('tagName' in parent) || parent.tagName !== 'picture') return []
  const before = parent.childNodes.slice(0, parent.childNodes.indexOf(image))
  return before
    .filter((node): node is Tree.Element => 'tagName' in node && node.tagName === 'source')
    .map((source) => valueOf(source, 'srcset'))
}

/**
 * Of each `<img>`, in document order: its `src`, whether an element around it hides it, and whether
 * one is a link. Only for pages without tables and shadow roots.
 */
export function parse5Places(html: string): [src: string | null, hidden: boolean, link: boolean][] {
  const found: [string | null, boolean, boolean][] = []
  const walk = (node: Tree.Node, hidden: boolean, link: boolean): void => {
    if ('tagName' in node && !/^(?:html|head|body)$/.test(node.tagName)) {
      const isHtml = node.namespaceURI === 'http://www.w3.org/1999/xhtml'
      if (isHtml && node.tagName === 'img') found.push([valueOf(node, 'src'), hidden, link])
      if (isHtml || node.tagName === 'svg' || node.tagName === 'math') {
        hidden ||= valueOf(node, 'hidden') !== null
      }
      if (isHtml && node.tagName === 'dialog') hidden ||= valueOf(node, 'open') === null
      if (isHtml && node.tagName === 'a') link ||= valueOf(node, 'href') !== null
    }
    if ('childNodes' in node) for (const child of node.childNodes) walk(child, hidden, link)
  }
  walk(parse(html, { scriptingEnabled: false }), false, false)
  return found
}
