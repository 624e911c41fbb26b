import type { Layout } from './texts/types.ts'

/** One picture as a page shows it. Addresses are absolute. */
export interface Shown {
  /** The one a browser would show large. */
  address: string
  /** A smaller or another version, where the layout offers one. */
  second: string | null
  alt: string | null
  caption: string
  width: number
  height: number
}

export const escape = (text: string): string =>
  text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/"/g, '&quot;')

const PLACEHOLDER = 'data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7'

const altOf = (shown: Shown): string => (shown.alt === null ? '' : ` alt="${escape(shown.alt)}"`)
const sizeOf = (shown: Shown): string => ` width="${shown.width}" height="${shown.height}"`
const plain = (shown: Shown): string =>
  `<img src="${shown.address}"${altOf(shown)}${sizeOf(shown)}>`

/** Whether the layout prints `caption` so that a rule can find it. */
export const CAPTIONED: Record<Layout, boolean> = {
  figures: true,
  gallery: false,
  table: false,
  list: false,
  lazy: true,
  srcset: false,
  picture: true,
  base: false,
  inline: false,
  captions: true,
}

/** Whether the layout offers a second file for each picture. */
export const SECOND: Partial<Record<Layout, 'small' | 'webp'>> = {
  srcset: 'small',
  picture: 'webp',
}

/** Picture number i in its layout. */
export function picture(layout: Layout, shown: Shown, i: number): string {
  const caption = escape(shown.caption)
  switch (layout) {
    case 'figures':
      return `<figure>${plain(shown)}<figcaption>${caption}</figcaption></figure>`
    case 'gallery':
      return `<li class="tile"><a href="${shown.address}">${plain(shown)}</a></li>`
    case 'table':
      return `<tr><td>${i + 1}</td><td>${plain(shown)}</td><td>${caption}</td></tr>`
    case 'list':
      return `<li>${plain(shown)} ${caption}</li>`
    case 'lazy':
      return `<figure><img class="lazy" src="${PLACEHOLDER}" data-src="${shown.address}"${altOf(shown)}${sizeOf(shown)}><noscript>${plain(shown)}</noscript><figcaption>${caption}</figcaption></figure>`
    case 'srcset':
      return `<div class="card"><img src="${shown.second ?? shown.address}" srcset="${shown.second ?? shown.address} 240w, ${shown.address} 480w" sizes="(min-width: 40em) 480px, 240px"${altOf(shown)}${sizeOf(shown)}><b>No. ${i + 1}</b> <span>from 12.00</span></div>`
    case 'picture':
      return `<figure><picture><source type="image/webp" srcset="${shown.second ?? shown.address}">${plain(shown)}</picture><figcaption>${caption}</figcaption></figure>`
    case 'base':
      return `<p class="wide"><img src="${new URL(shown.address).pathname.split('/').at(-1) ?? ''}"${altOf(shown)}${sizeOf(shown)}></p>`
    case 'inline':
      return `<p>${plain(shown)} ${caption} We drew it as we saw it, on a page of its own.</p>`
    case 'captions':
      return `<div class="photo">${plain(shown)}<p class="caption">${caption}</p></div>`
  }
}

/** Around all pictures of a layout. */
export function frame(layout: Layout, pictures: string): string {
  if (layout === 'table')
    return `<table><thead><tr><th>No.</th><th>Object</th><th>Description</th></tr></thead><tbody>\n${pictures}\n</tbody></table>`
  if (layout === 'gallery') return `<ul class="gallery">\n${pictures}\n</ul>`
  if (layout === 'list') return `<ul>\n${pictures}\n</ul>`
  if (layout === 'srcset') return `<div class="cards">\n${pictures}\n</div>`
  return pictures
}

export function stylesheet(accent: string): string {
  return `body{font:17px/1.55 Georgia,serif;max-width:46rem;margin:0 auto;padding:1rem;color:#2b2a28;background:#fffdf8}
header,footer{font-family:sans-serif;font-size:.85rem}
header{display:flex;gap:1rem;align-items:center;border-bottom:3px solid ${accent};padding-bottom:.6rem}
nav a{margin-right:.8rem;color:${accent}}
h1{line-height:1.15}
img{max-width:100%;height:auto;border-radius:6px}
figure{margin:1.5rem 0}
figcaption,.caption{color:#6b675f;font-size:.9rem}
.gallery,.cards{display:grid;grid-template-columns:repeat(3,1fr);gap:.8rem;list-style:none;padding:0}
table{border-collapse:collapse}td,th{border-bottom:1px solid #ddd6c8;padding:.4rem;text-align:start}td img{width:160px}
`
}
