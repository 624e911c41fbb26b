import { decodeXML } from 'entities'
import { defaultTreeAdapter, html as names, type DefaultTreeAdapterTypes as Tree } from 'parse5'
import { decodeAttribute } from './attribute-value.ts'

/** Comment, CDATA (1), instruction, doctype, end tag (2), start tag (3) with attributes (4), text. */
const PIECE =
  /<!--[^]*?-->|<!\[CDATA\[([^]*?)\]\]>|<\?[^]*?\?>|<!DOCTYPE(?:[^[<>"']|"[^"]*"|'[^']*')*(?:\[(?:[^\]"']|"[^"]*"|'[^']*')*\]\s*)?>|<\/([^\s>]+)\s*>|<([^\s/>]+)((?:\s+[^\s/>="'<]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*\/?>|[^<]+/gy
const ATTRIBUTE = /([^\s/>="'<]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g

/**
 * The tree of a page that `scanXml` found well-formed, as parse5 would hand it over, with the place
 * of each element. Prefixes are dropped: what is shown of it counts as HTML.
 */
export function xmlTree(page: string): Tree.Document {
  const tree = defaultTreeAdapter.createDocument()
  let parent: Tree.ParentNode = tree
  PIECE.lastIndex = 0
  for (;;) {
    const from = PIECE.lastIndex
    const piece = PIECE.exec(page)
    if (!piece) return tree
    const [whole, literal, ended, name, attributes] = piece
    if (literal !== undefined) defaultTreeAdapter.insertText(parent, literal)
    else if (ended !== undefined) parent = above(parent) ?? tree
    else if (name !== undefined) {
      const element = defaultTreeAdapter.createElement(
        localOf(name),
        names.NS.HTML,
        attributesOf(attributes ?? ''),
      )
      element.sourceCodeLocation = {
        startOffset: from,
        endOffset: PIECE.lastIndex,
        startLine: 0,
        startCol: 0,
        endLine: 0,
        endCol: 0,
      }
      defaultTreeAdapter.appendChild(parent, element)
      if (!whole.endsWith('/>')) parent = element
    } else if (!whole.startsWith('<') && parent !== tree) {
      defaultTreeAdapter.insertText(parent, decodeXML(whole))
    }
  }
}

function above(node: Tree.ParentNode): Tree.ParentNode | null {
  return 'parentNode' in node ? node.parentNode : null
}

function localOf(name: string): string {
  return name.slice(name.indexOf(':') + 1)
}

function attributesOf(text: string): { name: string; value: string }[] {
  return [...text.matchAll(ATTRIBUTE)].map(([, name = '', double, single]) => ({
    name,
    value: decodeAttribute(double ?? single ?? ''),
  }))
}
