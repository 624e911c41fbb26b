import { escape } from './markup.ts'
import type { Block, Line } from './told-notation.ts'
import type { LookName, ToldSite } from './texts/told/types.ts'

/** A picture of a told page. Addresses are absolute. */
export interface ToldPicture {
  address: string
  /** A smaller version, where the look offers one. */
  small: string | null
  alt: string | null
  width: number
  height: number
}

/** How one site writes its pages. */
export interface Look {
  format: 'jpeg' | 'png' | 'webp'
  /** Pixels that the pictures are wide. */
  width: number
  /** Pixels of the smaller version; null = there is none. */
  small: number | null
  /** Path of picture number n of a page. */
  path(slug: string, n: number): string
  /** The alt of the logo; undefined = the site has none. */
  logo: string | null | undefined
  image(picture: ToldPicture): string
  body(blocks: readonly Block[], image: (id: string) => string): string
  teaser(href: string, title: string, image: string, summary: string): string
  /** A page around its body. */
  page(
    site: ToldSite,
    page: { title: string; path: string; logo: string; links: string },
    body: string,
  ): string
}

const BLANK = 'data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7'

const alt = ({ alt: words }: ToldPicture): string =>
  words === null ? '' : ` alt="${escape(words)}"`
const size = ({ width, height }: ToldPicture): string => ` width="${width}" height="${height}"`
const plain = (picture: ToldPicture): string =>
  `<img src="${picture.address}"${alt(picture)}${size(picture)}>`

type Inline = (line: Line) => string

function inlineWith(image: (id: string) => string): Inline {
  return (line) =>
    line.map((part) => (typeof part === 'string' ? image(part) : escape(part.text))).join('')
}

/** Tags around the kinds of blocks. `items` and `rows` stand around all that follow one another. */
interface Tags {
  text(html: string): string
  heading(html: string): string
  item(html: string): string
  items(html: string): string
  quote(html: string): string
  meta(html: string): string
  row(cells: string[]): string
  rows(html: string): string
  picture(image: string): string
  captioned(image: string, caption: string): string
}

const TAGS: Tags = {
  text: (html) => `<p>${html}</p>`,
  heading: (html) => `<h2>${html}</h2>`,
  item: (html) => `<li>${html}</li>`,
  items: (html) => `<ul>\n${html}\n</ul>`,
  quote: (html) => `<blockquote>${html}</blockquote>`,
  meta: (html) => `<p class="meta">${html}</p>`,
  row: (cells) => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`,
  rows: (html) => `<table>\n${html}\n</table>`,
  picture: (image) => `<p>${image}</p>`,
  captioned: (image, caption) => `<figure>${image}<figcaption>${caption}</figcaption></figure>`,
}

function withTags(over: Partial<Tags>): Look['body'] {
  const tags = { ...TAGS, ...over }
  return (blocks, image) => {
    const inline = inlineWith(image)
    const out: string[] = []
    let group: 'item' | 'row' | null = null
    let lines: string[] = []
    const close = (): void => {
      if (group) out.push((group === 'item' ? tags.items : tags.rows)(lines.join('\n')))
      group = null
      lines = []
    }
    for (const block of blocks) {
      if (block.kind === 'row' || block.kind === 'item') {
        if (group !== block.kind) close()
        group = block.kind
        if (block.kind === 'row') lines.push(tags.row(block.cells.map(inline)))
        else lines.push(tags.item(inline(block.line)))
        continue
      }
      close()
      if (block.kind === 'rule') out.push('<hr>')
      else if (block.kind === 'picture') {
        out.push(
          block.caption
            ? tags.captioned(image(block.id), inline(block.caption))
            : tags.picture(image(block.id)),
        )
      } else out.push(tags[block.kind](inline(block.line)))
    }
    close()
    return out.join('\n')
  }
}

/** Posts: from one line about the text to the next, as one block with broken lines. */
const posts: Look['body'] = (blocks, image) => {
  const inline = inlineWith(image)
  const out: string[] = []
  let lines: string[] = []
  const close = (): void => {
    if (lines.length > 0) out.push(`<div class="msg">${lines.join('<br>\n')}</div></div>`)
    lines = []
  }
  for (const block of blocks) {
    if (block.kind === 'meta') {
      close()
      out.push(`<div class="post"><div class="who">${inline(block.line)}</div>`)
    } else if (block.kind === 'quote') lines.push(`<q>${inline(block.line)}</q>`)
    else if (block.kind === 'picture') lines.push(image(block.id))
    else if (block.kind === 'text') lines.push(inline(block.line))
    else throw new RangeError(`a forum has no ${block.kind}`)
  }
  close()
  return out.join('\n')
}

/** Who speaks, and what; pictures stand between. */
const dialogue: Look['body'] = (blocks, image) => {
  const inline = inlineWith(image)
  const out = blocks.map((block) => {
    if (block.kind === 'meta') return `<dt>${inline(block.line)}</dt>`
    if (block.kind === 'picture') return `<dd class="stop">${image(block.id)}</dd>`
    if (block.kind === 'text') return `<dd>${inline(block.line)}</dd>`
    throw new RangeError(`a dialogue has no ${block.kind}`)
  })
  return `<dl class="transcript">\n${out.join('\n')}\n</dl>`
}

const listTeaser: Look['teaser'] = (href, title, image, summary) =>
  `<article><h2><a href="${href}">${title}</a></h2>${image}<p>${summary}</p></article>`

function shell(site: ToldSite, title: string, style: string, body: string): string {
  return `<!doctype html>
<html lang="${site.language}">
<head>
<meta charset="utf-8">
<title>${escape(title)} - ${escape(site.name)}</title>
<style>${style}</style>
</head>
<body>
${body}
</body>
</html>
`
}

const css = (site: ToldSite, font: string, wide: string): string =>
  `body{font:${font};max-width:${wide};margin:1rem auto;padding:0 1rem;color:#26241f}a,h1,h2,dt{color:${site.accent}}img{max-width:100%;height:auto}`

/** Cards: a number, when and where, and what; one card from heading to heading. */
const notices: Look['body'] = (blocks, image) => {
  const inline = inlineWith(image)
  const out: string[] = []
  let open = false
  for (const block of blocks) {
    if (block.kind === 'heading') {
      if (open) out.push('</div>')
      out.push(`<div class="notice"><h3>${inline(block.line)}</h3>`)
      open = true
    } else if (block.kind === 'meta') out.push(`<small>${inline(block.line)}</small>`)
    else if (block.kind === 'picture') out.push(image(block.id))
    else if (block.kind === 'text') out.push(`<div class="what">${inline(block.line)}</div>`)
    else throw new RangeError(`a notice has no ${block.kind}`)
  }
  if (open) out.push('</div>')
  return out.join('\n')
}

export const LOOKS: Record<LookName, Look> = {
  house: {
    format: 'jpeg',
    width: 320,
    small: 160,
    path: (slug, n) => `/uploads/2026/05/${slug}_${100 + 7 * n}.jpg`,
    logo: '',
    image: (picture) =>
      `<img loading="lazy" src="${picture.address}" srcset="${picture.address} 320w, ${picture.small ?? picture.address} 160w"${alt(picture)}${size(picture)}>`,
    body: withTags({ picture: (image) => `<div class="entry-img">${image}</div>` }),
    teaser: listTeaser,
    page: (site, page, body) =>
      shell(
        site,
        page.title,
        css(site, '18px/1.6 Georgia,serif', '40rem'),
        `<header><a href="http://${site.host}/">${page.logo} ${escape(site.name)}</a></header>
<div id="content"><div class="entry"><h1>${escape(page.title)}</h1>
${body}
</div></div>
<nav>${page.links}</nav>
<footer><p>${escape(site.motto)}</p></footer>`,
      ),
  },
  catalogue: {
    format: 'jpeg',
    width: 300,
    small: null,
    path: (slug, n) => `/${slug}/lot-picture-${n}.jpg`,
    logo: 'Logo',
    image: (picture) => `<a href="${picture.address}">${plain(picture)}</a>`,
    body: withTags({
      row: ([no = '', image = '', words = '', price = '']) =>
        `<tr><td class="no">${no}</td><td class="pic">${image}</td><td class="text">${words}</td><td class="est">${price}</td></tr>`,
      rows: (html) =>
        `<table class="lots"><tr><th>Lot</th><th>Plate</th><th>Particulars</th><th>Estimate</th></tr>\n${html}\n</table>`,
      captioned: (image, caption) =>
        `<div class="plate">${image}<div class="caption">${caption}</div></div>`,
    }),
    teaser: (href, title, image, summary) =>
      `<tr><td>${image}</td><td><a href="${href}"><b>${title}</b></a><br>${summary}</td></tr>`,
    page: (site, page, body) =>
      shell(
        site,
        page.title,
        `${css(site, '15px/1.4 Helvetica,sans-serif', '60rem')}td{vertical-align:top;padding:.5rem;border-bottom:1px solid #ccc}`,
        `<div class="masthead">${page.logo}<ul class="menu">${page.links}</ul></div>
<h1>${escape(page.title)}</h1>
${body.startsWith('<tr>') ? `<table>${body}</table>` : body}
<div class="footer">${escape(site.name)}. ${escape(site.motto)}.</div>`,
      ),
  },
  forum: {
    format: 'png',
    width: 280,
    small: null,
    path: (slug, n) => `/attachments/${slug.length * 1000 + n * 13}.png`,
    logo: undefined,
    image: (picture) => `<img class="att" src="${picture.address}"${alt(picture)}${size(picture)}>`,
    body: posts,
    teaser: (href, title, image, summary) =>
      `<div class="thread">${image}<div class="t"><a href="${href}">${title}</a><br>${summary}</div></div>`,
    page: (site, page, body) =>
      shell(
        site,
        page.title,
        `${css(site, '14px/1.5 Verdana,sans-serif', '52rem')}.post{border:1px solid #ddd;margin:.6rem 0;padding:.6rem}.who{color:#777}q{color:#667}`,
        `<div class="nav"><a href="http://${site.host}/">${escape(site.name)}</a> ${page.links}</div>
<h1>${escape(page.title)}</h1>
${body}
<div class="footer">${escape(site.motto)}</div>`,
      ),
  },
  diary: {
    format: 'jpeg',
    width: 320,
    small: null,
    path: (slug, n) =>
      `/plates/${slug.replace('log/', '').slice(0, 3)}${String(n).padStart(2, '0')}.JPG`,
    logo: undefined,
    image: (picture) =>
      `<IMG SRC="${new URL(picture.address).pathname}"${size(picture)} BORDER=0${alt(picture)}>`,
    body: withTags({
      heading: (html) => `<H3>${html}</H3>`,
      text: (html) => `<P>${html}`,
      meta: (html) => `<P><TT>${html}</TT>`,
      picture: (image) => `<CENTER>${image}</CENTER>`,
    }),
    teaser: (href, title, image, summary) =>
      `<P>${image}<BR><A HREF="${href}">${title}</A>: ${summary}`,
    page: (
      site,
      page,
      body,
    ) => `<HTML><HEAD><TITLE>${escape(site.name)}: ${escape(page.title)}</TITLE></HEAD>
<BODY BGCOLOR="#f4f6ee">
<H1>${escape(site.name)}</H1>
<H2>${escape(page.title)}</H2>
<HR>
${body}
<HR>
<P><SMALL>${page.links}</SMALL>
</BODY></HTML>
`,
  },
  newspaper: {
    format: 'jpeg',
    width: 340,
    small: null,
    path: (slug, n) => `/media/${slug.split('/').at(-1) ?? slug}/${n}.jpg`,
    logo: 'The Larkhill Gazette logo',
    image: plain,
    body: withTags({
      picture: (image) => `<figure class="wide">${image}</figure>`,
      meta: (html) => `<p class="byline"><b>${html}</b></p>`,
    }),
    teaser: (href, title, image, summary) =>
      `<section class="story"><a href="${href}">${image}</a><h3><a href="${href}">${title}</a></h3><p>${summary}</p></section>`,
    page: (site, page, body) =>
      shell(
        site,
        page.title,
        `${css(site, '17px/1.5 "Times New Roman",serif', '44rem')}figcaption{font-size:.85rem;color:#555}`,
        `<header class="masthead">${page.logo}<nav>${page.links}</nav></header>
<main><article><h1>${escape(page.title)}</h1>
${body}
</article></main>
<footer><p>${escape(site.motto)}. Printed on Thursdays.</p></footer>`,
      ),
  },
  storybook: {
    format: 'webp',
    width: 340,
    small: null,
    path: (slug, n) => `/spreads/${slug}/${n}.webp`,
    logo: null,
    image: (picture) =>
      `<img class="lazyload" src="${BLANK}" data-src="${picture.address}"${alt(picture)}${size(picture)}><noscript>${plain(picture)}</noscript>`,
    body: withTags({ picture: (image) => `<div class="spread">${image}</div>` }),
    teaser: (href, title, image, summary) =>
      `<div class="book">${image}<h2><a href="${href}">${title}</a></h2><p>${summary}</p></div>`,
    page: (site, page, body) =>
      shell(
        site,
        page.title,
        css(site, '22px/1.7 "Palatino Linotype",serif', '36rem'),
        `<div class="top">${page.logo}<span>${escape(site.name)}</span></div>
<h1>${escape(page.title)}</h1>
<div class="story">
${body}
</div>
<p class="pager">${page.links}</p>`,
      ),
  },
  workshop: {
    format: 'webp',
    width: 300,
    small: null,
    path: (slug, n) => `/bilder/${slug}-${n}.webp`,
    logo: 'Logo',
    image: (picture) =>
      `<a class="zoom" href="${picture.address}"><img src="${picture.address}"${size(picture)}${alt(picture)}></a>`,
    body: withTags({ picture: (image) => `<p class="bild">${image}</p>` }),
    teaser: listTeaser,
    page: (site, page, body) =>
      shell(
        site,
        page.title,
        css(site, '16px/1.6 "Trebuchet MS",sans-serif', '46rem'),
        `<header>${page.logo}<nav>${page.links}</nav></header>
<main><h1>${escape(page.title)}</h1>
${body}
</main>
<footer>${escape(site.motto)}</footer>`,
      ),
  },
  steps: {
    format: 'jpeg',
    width: 280,
    small: null,
    path: (slug, n) => `/sheets/${slug.replaceAll('/', '-')}-step${n}.jpg`,
    logo: '',
    image: (picture) => `<span class="sheet"><img src="${picture.address}"${alt(picture)}></span>`,
    body: withTags({
      items: (html) => `<ol>\n${html}\n</ol>`,
      picture: (image) => `<div class="example">${image}</div>`,
    }),
    teaser: (href, title, image, summary) =>
      `<li>${image} <a href="${href}">${title}</a>. ${summary}</li>`,
    page: (site, page, body) =>
      shell(
        site,
        page.title,
        css(site, '16px/1.5 system-ui,sans-serif', '42rem'),
        `<header><a href="http://${site.host}/">${page.logo}</a> ${escape(site.name)}</header>
<div class="lesson"><h1>${escape(page.title)}</h1>
${body.startsWith('<li>') ? `<ol>${body}</ol>` : body}
</div>
<div class="pagination">${page.links}</div>`,
      ),
  },
  letters: {
    format: 'png',
    width: 300,
    small: null,
    path: (slug, n) => `/scans/letter${slug}/fol${n}.png`,
    logo: undefined,
    image: plain,
    body: withTags({
      meta: (html) => `<p align="right"><i>${html}</i></p>`,
      text: (html) => `<div class="hand">${html}</div>`,
      picture: (image) => `<div class="drawn">${image}</div>`,
    }),
    teaser: (href, title, image, summary) =>
      `<p>${image} <a href="${href}">${title}</a> <i>${summary}</i></p>`,
    page: (site, page, body) =>
      shell(
        site,
        page.title,
        css(site, 'italic 19px/1.7 Garamond,serif', '38rem'),
        `<h1>${escape(page.title)}</h1>
<div class="sheet">
${body}
</div>
<ul class="nav">${page.links}</ul>`,
      ),
  },
  guide: {
    format: 'webp',
    width: 320,
    small: null,
    path: (slug, n) => `/works/${slug.split('/').at(-1) ?? slug}-${n}.webp`,
    logo: null,
    image: (picture) =>
      `<img data-src="${picture.address}"${alt(picture)}${size(picture)} loading="lazy">`,
    body: dialogue,
    teaser: listTeaser,
    page: (site, page, body) =>
      shell(
        site,
        page.title,
        `${css(site, '18px/1.6 Verdana,sans-serif', '44rem')}dt{font-weight:bold}dd{margin:0 0 .8rem 2rem}`,
        `<header>${page.logo}<nav>${page.links}</nav></header>
<main><h1>${escape(page.title)}</h1>
${body}
</main>
<footer><p>${escape(site.name)}</p></footer>`,
      ),
  },
  notices: {
    format: 'jpeg',
    width: 260,
    small: null,
    path: (slug, n) => `/files/${slug.replace('notices/', '')}/item${n}.jpg`,
    logo: 'logo',
    image: (picture) =>
      `<div class="sketch"><img src="${picture.address}" title="Sketch made on receipt"${alt(picture)}${size(picture)}></div>`,
    body: notices,
    teaser: (href, title, image, summary) =>
      `<div class="month">${image}<h2><a href="${href}">${title}</a></h2><div>${summary}</div></div>`,
    page: (site, page, body) =>
      shell(
        site,
        page.title,
        `${css(site, '15px/1.45 Arial,sans-serif', '40rem')}.notice{border-left:6px solid ${site.accent};padding:.2rem 1rem;margin:1rem 0}`,
        `<div id="header">${page.logo}<h1>${escape(page.title)}</h1></div>
<div id="main">
${body}
</div>
<div id="footer">${page.links} ${escape(site.motto)}</div>`,
      ),
  },
  script: {
    format: 'png',
    width: 300,
    small: null,
    path: (slug, n) => `/sets/${slug.split('/').at(-1) ?? slug}/cloth${n}.png`,
    logo: undefined,
    image: (picture) =>
      `<span><img src="${picture.address}"${size(picture)}${alt(picture)}></span>`,
    body: withTags({
      heading: (html) => `<h4 align="center">${html}</h4>`,
      meta: (html) => `<p><em>(${html})</em></p>`,
      text: (html) => `<p>${html.replace(/^([A-Z’ ]{3,})\. /, '<b>$1.</b> ')}</p>`,
      picture: (image) => `<div class="cloth">${image}</div>`,
    }),
    teaser: (href, title, image, summary) =>
      `<table><tr><td>${image}<td><b><a href="${href}">${title}</a></b><p>${summary}</p></table>`,
    page: (site, page, body) =>
      shell(
        site,
        page.title,
        css(site, '17px/1.5 "Courier New",monospace', '42rem'),
        `<h1>${escape(site.name)}</h1>
<h2>${escape(page.title)}</h2>
${body}
<div class="pagination">${page.links}</div>`,
      ),
  },
}
