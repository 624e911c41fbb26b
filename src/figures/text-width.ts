/**
 * How wide words will be, without a screen: the same figure has to come out alike in the window and
 * in a report of the command line. Advance widths of Helvetica in thousandths of an em, for the
 * signs from space to tilde, and a sixth more: no system's face is wider than DejaVu Sans.
 */
const WIDTHS = [
  278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556,
  556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667,
  611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667,
  667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500,
  222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
]
const WIDER = 1.16
const OTHER = 600
/** East Asian signs and pictographs take a square. */
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/u
const NARROW = /\p{Mark}|\p{Default_Ignorable_Code_Point}/u

/** Width of a line in pixels at a size of the font. */
export function textWidth(text: string, size: number): number {
  let sum = 0
  for (const sign of text) {
    const code = sign.codePointAt(0) as number
    if (code === 0xa0) sum += 278
    else if (code >= 32 && code < 127) sum += WIDTHS[code - 32] as number
    else sum += NARROW.test(sign) ? 0 : WIDE.test(sign) ? 1000 : OTHER
  }
  return (sum / 1000) * size * WIDER
}

/** A text cut to a width, with an ellipsis where something was left out. */
export function fitText(text: string, width: number, size: number): string {
  if (textWidth(text, size) <= width) return text
  return `${beginning(text, width - textWidth('…', size), size).trimEnd()}…`
}

/** As many signs as a width takes. */
function beginning(text: string, width: number, size: number): string {
  let out = ''
  let used = 0
  for (const sign of text) {
    used += textWidth(sign, size)
    if (used > width) break
    out += sign
  }
  return out
}

/** A text in lines of a width, broken between words; the last of `most` lines is cut. */
export function wrapText(text: string, width: number, size: number, most = Infinity): string[] {
  const words = text.split(/[ \t\n]+/).filter((word) => word !== '')
  const lines: string[] = []
  for (let i = 0; i < words.length;) {
    if (lines.length + 1 >= most) {
      lines.push(fitText(words.slice(i).join(' '), width, size))
      break
    }
    let line = words[i++] as string
    while (i < words.length && textWidth(`${line} ${words[i]}`, size) <= width) {
      line += ` ${words[i++]}`
    }
    if (textWidth(line, size) > width) {
      const head = headOf(line, width, size)
      words.splice(i, 0, line.slice(head.length))
      line = head
    }
    lines.push(line)
  }
  return lines
}

/** As much of a word as a line takes, to the last sign that parts it where there is one. */
function headOf(word: string, width: number, size: number): string {
  const head = beginning(word, width, size)
  const parted = /^(.{2,}[-/_.:])[^-/_.:]*$/u.exec(head)?.[1]
  return parted ?? (head || ([...word][0] as string))
}
