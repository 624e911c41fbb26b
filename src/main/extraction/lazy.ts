import { decodeAttribute } from './attribute-value.ts'

/** An address, or a candidate set, under a name that no list knows. */
export interface WaitingAddress {
  name: string
  value: string
  isSet: boolean
  /** Says itself that it is a smaller picture, or one for when the other fails. */
  late: boolean
}

const PICTURE_PATH =
  /\.(?:jpe?g|jpe|jfif|png|gif|webp|avif|svgz?|bmp|tiff?|ico|apng)(?=$|[?&#/;:!@])/i
/** What a picture's own attributes say by their names, and never by an address of what it shows. */
const NEVER =
  /^(?:src|srcset|alt|title|class|id|style|width|height|sizes|usemap|ismap|longdesc|type|media|loading|decoding|name|role|lang|dir|align|border|crossorigin|referrerpolicy|itemprop|itemid|typeof|property|resource|on.*|aria-.*|xmlns.*|:.*|@.*|v-.*|ng-.*)$/i
/** Leads somewhere else, whatever stands there. */
const LEADS_AWAY =
  /(?:^|[-_:])(?:href|link|permalink|page|target|share|action|redirect|video|poster|api|ajax|track(?:ing)?|click|logo|icon|avatar)(?:[-_:]|$)/i
const SAYS_SOURCE =
  /(?:src|source|srcset|original|lazy)|(?:^|[-_:])(?:img|image|photo|picture|pic|orig|url|path|bg|background)(?:[-_:]|$)/i
/** Under such a name the name of a file alone is an address. */
const NAMES_FILES = /src|source|original|lazy/i
const SAYS_LATE =
  /(?:placeholder|fallback|error|default|blank|loading|spinner|thumb|low|small|tiny|mini|blur|lqip|preview|icon)/i
const IS_SET = /\s\d+(?:\.\d+)?[wx]\s*(?:,|$)/
const MAX_VALUE = 8000
const MAX_ATTRIBUTES = 200

/**
 * Every attribute of an `<img>` or `<source>` that holds the address of a picture, for where `src`
 * holds a placeholder: a candidate set; an address whose path ends as a picture's does; or one with
 * no such ending under a name that speaks of a source (`real_src`, `ix-path`, `data-photo`). A name
 * of a file alone, without a folder, must stand under such a name too, since it is also what titles
 * and ids are made of. Names that lead elsewhere (`data-link`, `data-permalink`) do not count.
 * What speaks of a source comes first, then as written, smaller and spare pictures last.
 */
export function waitingAddresses(
  attributes: Map<string, string>,
  known: ReadonlySet<string>,
): WaitingAddress[] {
  const found: (WaitingAddress & { rank: number })[] = []
  let seen = 0
  for (const [name, raw] of attributes) {
    if (raw.length < 3 || raw.length > MAX_VALUE || NEVER.test(name) || known.has(name)) continue
    if (++seen > MAX_ATTRIBUTES) break
    const value = decodeAttribute(raw).trim()
    const says = SAYS_SOURCE.test(name)
    const late = SAYS_LATE.test(name)
    const isSet = IS_SET.test(value) && /[/.]/.test(value) && !/[{}<>]/.test(value)
    if (!isSet && !isAddress(value, name, says)) continue
    found.push({ name: name.slice(0, 64), value, isSet, late, rank: late ? 2 : says ? 0 : 1 })
  }
  return found.length > 1 ? found.sort((a, b) => a.rank - b.rank) : found
}

function isAddress(value: string, name: string, says: boolean): boolean {
  if (/[{}<>"\t\n\r]/.test(value) || LEADS_AWAY.test(name)) return false
  const rooted = /^(?:https?:)?\/\/[^/\s]+\/[^\s]|^\.{0,2}\/(?!\/)[^\s]/i.test(value)
  const path = value.replace(/[?#].*$/s, '')
  if (PICTURE_PATH.test(path)) {
    // Spaces are allowed in a path, as people write them, but a sentence is none.
    if (rooted) return true
    return path.includes('/')
      ? !/\s/.test(path) || says
      : NAMES_FILES.test(name) && !/\s/.test(path)
  }
  if (!says || !rooted || /\s/.test(value)) return false
  // A page or a script is not a picture, and neither is a folder.
  return !/(?:\/|\.(?:[sx]?html?|php\d?|aspx?|jsp|json|js|css|xml|pdf|mp4|webm|zip))$/i.test(path)
}
